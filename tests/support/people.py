"""Real people for tests: those of InsightFace's group picture and a stranger, as a phone sends them."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
NAMES: Final = ("Rosa", "Lucia", "Mateo", "Andres", "Felipe", "Camila")
IN_PROFILE: Final = "Felipe"
BOXES: Final = (
    (56, 261, 169, 398),
    (270, 145, 372, 270),
    (464, 266, 573, 415),
    (745, 342, 847, 480),
    (906, 59, 1011, 206),
    (1130, 273, 1227, 401),
)
"""Where their faces are in the group picture, from left to right: x1, y1, x2, y2."""
NOSES: Final = (
    ((118, 335), (0, 0)),
    ((303, 224), (18, 5)),
    ((514, 362), (2, -6)),
    ((775, 429), (4, -5)),
    ((920, 151), (0, 0)),
    ((1171, 344), (0, 0)),
)
"""Their noses, and how far each is moved: those who looked away a little would not be enrolled."""
REACH: Final = 16
"""Pixels around the nose that move with it."""
MARGIN: Final = 0.62
"""Kept around a face, in widths of the face; more would show the neighbours."""
HEIGHT: Final = 480
VARIANTS: Final = (
    (0.0, 1.0, 1.0, 92),
    (0.0, 1.12, 1.0, 85),
    (3.0, 1.0, 1.15, 88),
    (-4.0, 0.9, 0.9, 80),
    (2.0, 1.06, 1.3, 75),
    (-2.0, 0.95, 0.8, 70),
)
"""Degrees turned, times brighter, times larger, JPEG quality."""


@dataclass(frozen=True)
class Person:
    """Somebody who can be photographed again and again."""

    name: str
    portrait: Pixels = field(repr=False)

    def photo(self, variant: int = 0) -> bytes:
        """A JPEG of the same person at another moment: other light, angle, size and compression."""
        degrees, light, size, quality = VARIANTS[variant % len(VARIANTS)]
        turned = _turned(self.portrait, degrees)
        lit = np.clip(turned.astype(np.float32) * light, 0, 255).astype(np.uint8)
        return jpeg(cast("Pixels", cv2.resize(lit, None, fx=size, fy=size)), quality)


@cache
def people() -> list[Person]:
    """Five people, the same ones each time; each of their photos may be enrolled."""
    return [one for one in _everybody() if one.name != IN_PROFILE]


@cache
def in_profile() -> Person:
    """Somebody who looks far to the side: known at the door, but not to be enrolled."""
    return next(one for one in _everybody() if one.name == IN_PROFILE)


@cache
def _everybody() -> list[Person]:
    picture = _read("t1.jpg")
    for nose, shift in NOSES:
        picture = _facing(picture, nose, shift)
    return [Person(name, _cut(picture, box)) for name, box in zip(NAMES, BOXES, strict=True)]


@cache
def stranger() -> bytes:
    """A JPEG of somebody who is none of them."""
    face = _read("Tom_Hanks_54745.png")
    framed = cv2.copyMakeBorder(face, 40, 40, 40, 40, cv2.BORDER_REPLICATE)
    return jpeg(cast("Pixels", cv2.resize(framed, (HEIGHT, HEIGHT), interpolation=cv2.INTER_CUBIC)), 92)


@cache
def group() -> bytes:
    """A JPEG with six faces of similar size."""
    return jpeg(_read("t1.jpg"), 92)


def landscape() -> bytes:
    """A JPEG without anybody: a soft gradient."""
    rows = np.linspace(60, 200, HEIGHT, dtype=np.uint8)[:, None, None]
    return jpeg(np.broadcast_to(rows, (HEIGHT, 640, 3)).copy(), 90)


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """The picture as JPEG."""
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()


def _read(name: str) -> Pixels:
    found = importlib.util.find_spec("insightface")
    assert found is not None
    pixels = cv2.imread(str(Path(str(found.origin)).parent / "data" / "images" / name))
    assert pixels is not None
    return cast("Pixels", pixels)


def _facing(picture: Pixels, nose: tuple[int, int], shift: tuple[int, int]) -> Pixels:
    """Turn a face towards the camera: a soft bulge that carries the nose, and leaves eyes and mouth."""
    height, width = picture.shape[:2]
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    centre_x, centre_y = nose[0] + shift[0] / 2, nose[1] + shift[1] / 2
    weight = np.exp(-((xs - centre_x) ** 2 + (ys - centre_y) ** 2) / (2 * REACH**2)).astype(np.float32)
    moved = cv2.remap(picture, xs - shift[0] * weight, ys - shift[1] * weight, cv2.INTER_CUBIC)
    return cast("Pixels", moved)


def _cut(picture: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """The face with what is around it, at the size of a portrait; even sides, as video wants them."""
    x1, y1, x2, y2 = box
    around = round((x2 - x1) * MARGIN)
    cut = picture[max(y1 - around, 0) : y2 + around, max(x1 - around, 0) : x2 + around]
    width = round(cut.shape[1] * HEIGHT / cut.shape[0] / 2) * 2
    return cast("Pixels", cv2.resize(cut, (width, HEIGHT), interpolation=cv2.INTER_CUBIC))


def _turned(pixels: Pixels, degrees: float) -> Pixels:
    if degrees == 0:
        return pixels
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return cast("Pixels", turned)
