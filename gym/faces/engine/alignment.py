"""Alignment: the face turned and scaled to the 112 × 112 pixels that recognisers were trained on."""

from __future__ import annotations

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
