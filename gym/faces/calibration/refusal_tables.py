"""Tables of enrolment's refusals over real photos: as they are, and degraded step by step.

Beside each row stands how alike such photos are to others of the same person: a limit is right where the
likeness begins to fall, and a verdict is right when it is the one that the spoiling deserves.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final, cast

import cv2
import numpy as np

from gym.core.errors import GymError
from gym.faces.calibration.batches import PhotoFile
from gym.faces.engine.images import Pixels, decode, encode_jpeg
from gym.faces.engine.quality import (
    BRIGHTEST,
    DARKEST,
    LEAST_SHARPNESS,
    SMALLEST_FACE,
    Quality,
    enrolment_fault,
)
from gym.faces.engine.quality import LARGEST_PITCH as PITCH
from gym.faces.engine.quality import LARGEST_YAW as YAW
from gym.faces.engine.reader import Face, FaceReader, Purpose
from gym.faces.schemas import Vector

BEYOND: Final = math.inf
MEASURES: Final[dict[str, tuple[Callable[[Quality], float], tuple[float, ...]]]] = {
    "yaw, degrees to either side": (lambda one: abs(one.yaw), (0, 10, 20, 30, 40, YAW, 60, BEYOND)),
    "pitch, degrees (up is below zero)": (
        lambda one: one.pitch,
        (-BEYOND, -PITCH, -28, -18, -8, 8, 18, 28, PITCH, BEYOND),
    ),
    "sharpness": (lambda one: one.sharpness, (0, LEAST_SHARPNESS, 9, 18, 36, BEYOND)),
    "brightness, grey level": (lambda one: one.brightness, (0, DARKEST, 60, 100, 160, BRIGHTEST, BEYOND)),
    "face, pixels": (lambda one: one.face_px, (0, SMALLEST_FACE, 100, 120, 160, 240, BEYOND)),
}
SPOILED_PEOPLE: Final = 60
"""Of whom one photo each is spoiled; more would only take longer."""


@dataclass
class RefusalLine:
    """Photos of one kind: how many passed, what the others were refused for, and how alike they are."""

    kind: str
    photos: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    alike: list[float] = field(default_factory=list[float])

    @property
    def accepted(self) -> int:
        return self.photos - self.refused.total()

    @property
    def likeness(self) -> float | None:
        """The median cosine."""
        return median(self.alike) if self.alike else None

    def add(self, fault: str | None, likeness: float | None) -> None:
        self.photos += 1
        if fault is not None:
            self.refused[fault] += 1
        if likeness is not None:
            self.alike.append(likeness)


@dataclass(frozen=True)
class RefusalTable:
    """One table."""

    title: str
    lines: Sequence[RefusalLine]


def as_they_are(people: Sequence[Sequence[PhotoFile]]) -> list[RefusalTable]:
    """By yaw, pitch, sharpness, brightness and size; likeness is that to the person's other photos."""
    return [RefusalTable(title, _binned(people, value, edges)) for title, (value, edges) in MEASURES.items()]


def _binned(
    people: Sequence[Sequence[PhotoFile]], value: Callable[[Quality], float], edges: Sequence[float]
) -> list[RefusalLine]:
    lines = [RefusalLine(_range(low, high)) for low, high in pairwise(edges)]
    for shots in people:
        for place, shot in enumerate(shots):
            if shot.quality is not None:
                bin_ = int(np.searchsorted(edges[1:-1], value(shot.quality), side="right"))
                lines[bin_].add(shot.fault, _likeness(shots, place))
    return [line for line in lines if line.photos]


def _range(low: float, high: float) -> str:
    if math.isinf(low):
        return f"below {high:g}"
    return f"from {low:g}" if math.isinf(high) else f"{low:g} – {high:g}"


def _likeness(shots: Sequence[PhotoFile], place: int) -> float | None:
    """To the middle of the person's other photos, as a template of several would have it."""
    own = shots[place].embedding
    others = [shot.embedding for other, shot in enumerate(shots) if other != place]
    known = [one for one in others if one is not None]
    if own is None or not known:
        return None
    middle = np.mean(np.stack(known), axis=0)
    return float(own @ middle / np.linalg.norm(middle))


# Spoiled ──────────────────────────────────────────────────────────────────────────────────────────────────

Spoil = Callable[[Pixels, Face, float], Pixels]


def _blur(pixels: Pixels, face: Face, share: float) -> Pixels:
    sigma = share / 100 * face.quality.face_px
    return cast("Pixels", cv2.GaussianBlur(pixels, (0, 0), sigma)) if sigma else pixels


def _smear(pixels: Pixels, face: Face, share: float) -> Pixels:
    length = round(share / 100 * face.quality.face_px) // 2 * 2 + 1
    return cast("Pixels", cv2.filter2D(pixels, -1, np.full((1, length), 1 / length, np.float32)))


def _light(pixels: Pixels, _: Face, times: float) -> Pixels:
    return np.clip(pixels * times, 0, 255).astype(np.uint8)


def _size(pixels: Pixels, face: Face, side: float) -> Pixels:
    scale = side / face.quality.face_px
    return cast("Pixels", cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


SPOILING: Final[dict[str, tuple[Spoil, tuple[float, ...]]]] = {
    "out of focus, per cent of the face": (_blur, (0, 0.5, 1, 1.5, 2, 3, 5)),
    "smeared by movement, per cent of the face": (_smear, (0, 2, 4, 6, 9, 14, 20)),
    "light, times": (_light, (1, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1)),
    "light, times brighter": (_light, (1, 1.3, 1.7, 2.2, 3, 5)),
    "face, pixels": (_size, (110, 100, 90, 82, 76, 60, 40)),
}


def spoiled(reader: FaceReader, path: Path, before: Sequence[RefusalTable] = ()) -> list[RefusalTable]:
    """Blocking: the tables with one more photo, spoiled step by step; likeness is that to it unspoiled."""
    sections = list(before) or [
        RefusalTable(title, [RefusalLine(f"{step:g}") for step in steps])
        for title, (_, steps) in SPOILING.items()
    ]
    try:
        pixels = decode(path.read_bytes())
        good = reader.read(encode_jpeg(pixels), Purpose.ENROL).face
    except GymError:
        return sections
    for (spoil, steps), section in zip(SPOILING.values(), sections, strict=True):
        for step, line in zip(steps, section.lines, strict=True):
            line.add(*_verdict(reader, spoil(pixels, good, step), good.embedding))
    return sections


def _verdict(reader: FaceReader, pixels: Pixels, original: Vector) -> tuple[str | None, float | None]:
    try:
        face = reader.read(encode_jpeg(pixels), Purpose.ENROL).face
    except GymError as fault:
        return fault.code, None
    fault = enrolment_fault(face.quality)
    return None if fault is None else fault.code, float(face.embedding @ original)
