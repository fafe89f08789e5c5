"""Alignment: the face turned and scaled to the 112 × 112 pixels that recognisers were trained on.

Before it: the signs that a whole picture lies on its side or upside down, of which a file without EXIF says
nothing. Figures: 60 press photos, each turned four ways, with buffalo_sc; those of YuNet and SFace in
brackets.
"""

from __future__ import annotations

import math
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gym.faces.engine.images import Pixels

SIDE: Final = 112
REFERENCE: Final = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
    dtype=np.float64,
)
"""Where ArcFace expects eyes, nose and mouth corners (insightface `arcface_dst`)."""
SIDEWAYS: Final = 45.0
"""Degrees. From the eyes to the mouth it goes straight down within 5 in 95 % of upright pictures, and 62 to
90 aside in those that lie on their side, where a face is found in five of six and is too unlike itself
(cosine 0.84 in the middle, below 0.4 for one in ten) to be remembered.
"""
LEAST_UPRIGHT: Final = 19.0
"""On the scale of `gym.faces.engine.quality.WEAK`: 1 (2) % of upright faces are weaker. Upside down a face is
found in three of four (all) pictures, 95 % of them weaker, with eyes where the mouth is: like nobody (cosine
0.0). (On its side too, and all weaker.)
"""
QUARTERS: Final = (1, 3, 2)
"""Turns to try, counter-clockwise: on its side is likelier than upside down."""


def align(pixels: Pixels, landmarks: NDArray[np.float32]) -> Pixels:
    """The 112 × 112 × 3 BGR crop of a face."""
    matrix = similarity(landmarks.astype(np.float64), REFERENCE)
    return cast("Pixels", cv2.warpAffine(pixels, cast("Any", matrix), (SIDE, SIDE), borderValue=0))


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2 × 3 least-squares rotation, scale and shift from `source` to `target` (Umeyama 1991)."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    centred = source - source_mean
    u, s, vt = np.linalg.svd((target - target_mean).T @ centred / len(source))
    mirror = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt)) or 1.0])
    rotation = (u * mirror) @ vt
    scale = float((s * mirror).sum() / max(centred.var(axis=0).sum(), 1e-9))
    shift = target_mean - scale * rotation @ source_mean
    return np.hstack([scale * rotation, shift[:, None]])


def tilt(landmarks: NDArray[np.float32]) -> float:
    """Degrees (0 to 180) between straight down and the way from the eyes to the mouth."""
    across, down = landmarks[3:].mean(axis=0) - landmarks[:2].mean(axis=0)
    return abs(math.degrees(math.atan2(float(across), float(down))))


def seems_turned(landmarks: NDArray[np.float32], strength: float, least: float = LEAST_UPRIGHT) -> bool:
    """Whether the same picture should be looked at in its other turns; `least` on the engine's own scale."""
    return strength < least or tilt(landmarks) > SIDEWAYS


def turned(pixels: Pixels, quarters: int) -> Pixels:
    """The picture turned counter-clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(pixels, quarters))
