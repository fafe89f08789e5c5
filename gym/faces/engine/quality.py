"""Quality of a face for enrolment: measures, limits, and the first fault. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gym.faces.engine.images import Pixels
from gym.faces.errors import (
    Blurred,
    FaceCovered,
    FaceTooSmall,
    PhotoFault,
    TooBright,
    TooDark,
    TurnedAway,
)

SMALLEST_FACE: Final = 80
"""Pixels of the longer side of the face's box."""
LARGEST_YAW: Final = 45.0
"""Of 855 press photos those turned by 41 to 50 degrees are as like their person's others (cosine 0.59) as the
frontal ones (0.60); from 50 on it falls to 0.51, from 60 on to 0.45.
"""
LARGEST_PITCH: Final = 38.0
LEAST_SHARPNESS: Final = 4.5
"""Half of what 99 % of sharp press photos have; a smear of nine pixels stays below it."""
DARKEST: Final = 35.0
"""At a quarter of the light the embedding keeps a cosine of 0.93 to the well-lit one; below, noise wins."""
BRIGHTEST: Final = 225.0
WHITE: Final = 250
"""Grey level from which a camera has nothing more to say."""
MOST_WHITE: Final = 0.35
"""Share of the face that may be white: no press photo has more than 0.02. The same photos with more light
keep a likeness of 0.9 to themselves up to a share of 0.3, and have 0.5 beyond one of 0.5.
"""
WEAK: Final = 21.0
"""Length of a buffalo_sc embedding before it is made a unit vector: 24 in the middle, 19 under a mask."""
PALE: Final = -6.0
"""How much redder than the forehead a mouth must at least look (CIE a*): a mouth +4, a mask -10 to -44.
Neither sign is enough alone: lips and skin differ between people, and any poor photo has a weak embedding.
Together they refused 0.5 % of 1,237 press photos, most of them with a hand, a ball or goggles before the
face, and 54 to 78 % of the same ones with a mask of four colours.
"""
NOSE_DEPTH: Final = 0.62
"""How far the nose stands out, in eye distances: its shift sideways is depth × sin(yaw)."""
FRONTAL_NOSE: Final = 0.56
"""Where the nose stands between eyes (0) and mouth (1) on a frontal face."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Angles in degrees (0 is frontal), grey level 0–255; sharpness and redness as their functions say."""

    yaw: float
    pitch: float
    sharpness: float
    brightness: float
    white: float
    """The share of the face that is white."""
    face_px: int
    detection: float
    redness: float
    strength: float


def measure(
    landmarks: NDArray[np.float32], crop: Pixels, face_px: int, detection: float, strength: float
) -> Quality:
    """Measure a face from its five landmarks (eyes, nose, mouth corners) and its aligned crop.

    `strength` is the length of its embedding before it was made a unit vector.
    """
    yaw, pitch = pose(landmarks)
    grey = cast("NDArray[np.uint8]", cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY))
    face = grey[20:100, 20:92]
    light, white = float(face.mean()), float((face >= WHITE).mean())
    return Quality(yaw, pitch, sharpness(face), light, white, face_px, detection, redness(crop), strength)


def sharpness(grey: NDArray[np.uint8]) -> float:
    """Fine detail per contrast, in thousandths, along the axis that has less of it.

    Divided by the contrast, so that a dark face is not called blurred; the weaker axis, because a moving
    camera smears one direction only and leaves plenty of edges across it.
    """
    levels = grey.astype(np.float32)
    detail = min(float(np.diff(levels, 2, axis=axis).var()) for axis in (0, 1))
    return 1000 * detail / (float(levels.var()) + 1)


def redness(crop: Pixels) -> float:
    """How much redder the mouth is than the forehead, in CIE a*."""
    red = cast("NDArray[np.uint8]", cv2.cvtColor(crop, cv2.COLOR_BGR2LAB))[..., 1]
    return float(np.median(red[86:102, 40:72])) - float(np.median(red[24:38, 40:72]))


def pose(landmarks: NDArray[np.float32]) -> tuple[float, float]:
    """Yaw and pitch in degrees, estimated from where the nose stands between eyes and mouth.

    The face is first turned upright by its eyes, so that a tilted head is not taken for a turned one.
    """
    points = _upright(landmarks.astype(np.float64))
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    distance = max(float(np.linalg.norm(points[1] - points[0])), float(mouth[1] - eyes[1]) * 0.7, 1e-6)
    middle = (eyes[0] + mouth[0]) / 2
    yaw = _degrees((points[2][0] - middle) / (NOSE_DEPTH * distance))
    height = max(float(mouth[1] - eyes[1]), 1e-6)
    pitch = _degrees(((points[2][1] - eyes[1]) / height - FRONTAL_NOSE) * 2)
    return yaw, pitch


def _upright(points: NDArray[np.float64]) -> NDArray[np.float64]:
    across = points[1] - points[0]
    angle = math.atan2(float(across[1]), float(across[0]))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return (points - points.mean(axis=0)) @ turn.T


def _degrees(sine: float) -> float:
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def enrolment_fault(quality: Quality) -> PhotoFault | None:
    """The first thing to mend before this face may be remembered, or None."""
    if quality.face_px < SMALLEST_FACE:
        return FaceTooSmall()
    if quality.brightness < DARKEST:
        return TooDark()
    if quality.brightness > BRIGHTEST or quality.white > MOST_WHITE:
        return TooBright()
    if abs(quality.yaw) > LARGEST_YAW or abs(quality.pitch) > LARGEST_PITCH:
        return TurnedAway()
    if quality.strength < WEAK and quality.redness < PALE:
        return FaceCovered()
    if quality.sharpness < LEAST_SHARPNESS:
        return Blurred()
    return None
