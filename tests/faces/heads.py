"""Heads and pictures of heads before a camera: one photo turned as a solid, or moved as a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.faces.hard_photos import Pixels

EYES_TO_MIDDLE = 0.55
HALF_WIDTH, HALF_HEIGHT, DEPTH = 1.3, 1.9, 0.95
NOSE_OUT, NOSE_WIDE, NOSE_HIGH = 0.45, 0.2, 0.34
"""A head in eye distances: half an ellipsoid, and on it a nose."""


def turned_head(photo: Pixels, landmarks: NDArray[np.float32], degrees: float) -> Pixels:
    """The photo's face put on a solid head that turns by so much around its own upright axis."""
    height, width = photo.shape[:2]
    points = landmarks.astype(np.float64)
    unit = float(np.linalg.norm(points[1] - points[0]))
    middle = points[[0, 1, 3, 4]].mean(axis=0)
    xs, ys = np.meshgrid((np.arange(width) - middle[0]) / unit, (np.arange(height) - middle[1]) / unit)
    nose = (points[2] - middle) / unit
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    source = xs.copy()
    for _ in range(30):
        source = 0.5 * source + 0.5 * (xs - sine * _depth(source, ys, nose)) / cosine
    map_x = (source * unit + middle[0]).astype(np.float32)
    map_y = (ys * unit + middle[1]).astype(np.float32)
    return cast("Pixels", cv2.remap(photo, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _depth(
    xs: NDArray[np.float64], ys: NDArray[np.float64], nose: NDArray[np.float64]
) -> NDArray[np.float64]:
    round_head = np.sqrt(np.clip(1 - (xs / HALF_WIDTH) ** 2 - (ys / HALF_HEIGHT) ** 2, 0.0, 1.0))
    bump = np.exp(-(((xs - nose[0]) / NOSE_WIDE) ** 2) / 2 - ((ys - nose[1]) / NOSE_HIGH) ** 2 / 2)
    return DEPTH * round_head + NOSE_OUT * bump


@dataclass(frozen=True)
class Tilt:
    """How a flat picture is held: degrees, size, shift in half pictures, light, and the camera's distance."""

    yaw: float
    pitch: float = 0.0
    roll: float = 0.0
    size: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    light: float = 1.0
    distance: float = 3.0

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Tilt:
        """Any way to hold it, turned by 15 to 50 degrees."""
        yaw = rng.uniform(15, 50) * rng.choice([-1, 1])
        pitch, roll = rng.uniform(-25, 25), rng.uniform(-15, 15)
        shift = (rng.uniform(-0.15, 0.15), rng.uniform(-0.15, 0.15))
        size, light, distance = rng.uniform(0.7, 1.1), rng.uniform(0.6, 1.3), rng.uniform(1.8, 5)
        return cls(yaw, pitch, roll, size, shift, light, distance)


def tilted_picture(photo: Pixels, tilt: Tilt, rng: np.random.Generator) -> Pixels:
    """A print of the photo, held like that before a camera with a little noise."""
    height, width = photo.shape[:2]
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) @ _rotation(tilt).T
    seen = corners[:, :2] * (tilt.distance / (corners[:, 2:] + tilt.distance)) * tilt.size + tilt.shift
    half = np.array([width / 2, height / 2])
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    move = cv2.getPerspectiveTransform(source, (seen * half + half).astype(np.float32))
    picture = cv2.warpPerspective(photo, move, (width, height), borderValue=(90, 100, 110))
    return np.clip(picture * tilt.light + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def _rotation(tilt: Tilt) -> NDArray[np.float64]:
    (sy, sp, sr), (cy, cp, cr) = (f(np.radians([tilt.yaw, tilt.pitch, tilt.roll])) for f in (np.sin, np.cos))
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return yaw @ pitch @ roll
