"""Face reader, common to all engines: photo to faces with embeddings; one decode, at most two passes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gym.core.errors import GymError
from gym.faces.engine.alignment import LEAST_UPRIGHT, QUARTERS, SIDEWAYS, align, seems_turned, tilt, turned
from gym.faces.engine.barcodes import find_barcodes
from gym.faces.engine.images import Box, Pixels, decode
from gym.faces.engine.qr import find_qr
from gym.faces.engine.quality import Quality, measure
from gym.faces.errors import NoFace, SeveralFaces

DIMENSION: Final = 512
LEAST_DETECTION: Final = 0.5
"""Detector score from which a detection counts as a face."""
SIMILAR_AREA: Final = 0.5
"""At the door, somebody whose face covers less than half the area of the nearest one's is a bystander."""
SECOND_FACE_AREA: Final = 0.15
"""In a photo to be remembered, a second face from this share of the first one's area on is one too many."""
MOST_FACES: Final = 8
"""Largest faces of one photo that are looked at further: a crowd costs no more than a small group."""
LEAST_FACE: Final = 32
"""Pixels of the longer side of a face below which nobody is recognised: somebody far behind, a poster."""


class Purpose(StrEnum):
    """What a photo is read for."""

    CHECK_IN = "check_in"
    ENROL = "enrol"
    IDENTIFY_ALL = "identify_all"


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face: box and landmarks (5 × 2) in pixels of the decoded picture, a unit embedding of 512."""

    box: Box
    landmarks: NDArray[np.float32]
    score: float
    embedding: NDArray[np.float32]
    crop: Pixels
    face_px: int
    """The longer side of the box."""
    strength: float
    """How sure the networks are of it, on the scale of `gym.faces.engine.quality.WEAK`."""

    @property
    def quality(self) -> Quality:
        """Measured when it is asked for: the door never does."""
        return measure(self.landmarks, self.crop, self.face_px, self.score, self.strength)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoReading:
    """What a photo shows. Without a face, `qr` holds the text of a QR code."""

    faces: tuple[Face, ...]
    qr: str | None
    pixels: Pixels
    barcodes: tuple[str, ...] = ()
    """Of `Purpose.IDENTIFY_ALL` only: texts of barcodes, the largest first, beside faces too."""

    @property
    def face(self) -> Face:
        """The chosen face. Raises `NoFace` when only a QR code was found."""
        if not self.faces:
            raise NoFace
        return self.faces[0]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A detection: box as floats, landmarks and score."""

    box: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    score: float

    @property
    def area(self) -> float:
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))

    @property
    def side(self) -> float:
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFaces:
    """A decoded photo and the faces in it that matter, the largest first; none of them is embedded yet."""

    pixels: Pixels
    found: Sequence[Detection]


class FaceReader(ABC):
    """Reads photos; blocking, and safe to share between threads."""

    model_id: str
    """Name, hash, dimension and preprocessing: vectors of another id are never compared."""
    scales: tuple[int, int]
    """Pixels of the long side at which near and far faces are looked for."""
    big_enough: float
    """Width of a face, as a share of the long side, from which landmarks at the small scale are exact."""
    least_upright: float = LEAST_UPRIGHT
    """Length of an embedding below which the picture's other turns are looked at as well."""
    providers: list[str]
    """What runs it, in order of preference, as ONNX Runtime calls it."""

    @abstractmethod
    def find(self, pixels: Pixels, *scales: int) -> list[Detection]:
        """The faces seen at one or several scales (pixels of the long side), each once, the largest first."""

    @abstractmethod
    def features(self, crop: Pixels) -> NDArray[np.float32]:
        """The recogniser's answer (512,) to an aligned crop, at its own length."""

    @abstractmethod
    def warm(self, threads: int = 1) -> None:
        """Make ready what that many threads need, so that the first visitor does not wait for it."""

    def detect(self, pixels: Pixels, *, everybody: bool = False) -> list[Detection]:
        """The faces, the largest first; with `everybody`, small ones beside a large one too.

        A small scale first, which also finds faces that fill the frame; the large one where needed.
        """
        if everybody:
            return self.find(pixels, *self.scales)
        near = self.find(pixels, self.scales[0])
        least = self.big_enough * max(pixels.shape[:2])
        if near and near[0].box[2] - near[0].box[0] >= least:
            return near
        return self.find(pixels, self.scales[1]) or near

    def embed(self, crop: Pixels) -> NDArray[np.float32]:
        """The unit vector (512,) of an aligned crop."""
        return _unit(self.features(crop))

    def strength(self, found: Detection, features: NDArray[np.float32]) -> float:
        """How sure the networks are of this face, on the scale of `gym.faces.engine.quality.WEAK`."""
        return float(np.linalg.norm(features))

    def read(self, photo: bytes, purpose: Purpose) -> PhotoReading:
        """Decode, detect, choose, align, embed. Raises the faults of `gym.faces.errors`.

        At the door a frame without a face is searched for a QR code before `NoFace` is said; at the desk
        every photo also for barcodes. Where a face or a code is found upright, as in any photo but those few,
        the other turns of a picture are not tried; at the door never: the kiosk's camera stands.
        """
        seen = self.look(photo, purpose)
        reading = self.recognise(seen) if seen.found else self._codes(seen.pixels, purpose)
        if purpose is not Purpose.CHECK_IN and (reading is None or self._seems_turned(reading)):
            reading = self._in_its_turns(seen.pixels, purpose, reading)
        if reading is None:
            raise NoFace
        if purpose is not Purpose.IDENTIFY_ALL or not reading.faces:
            return reading
        return replace(reading, barcodes=find_barcodes(reading.pixels, thorough=False))

    def look(self, photo: bytes, purpose: Purpose) -> DetectedFaces:
        """Decode, detect, choose: all but the embedding. Raises the faults of `gym.faces.errors`."""
        return self._look(decode(photo), purpose)

    def _look(self, pixels: Pixels, purpose: Purpose) -> DetectedFaces:
        found = self.detect(pixels, everybody=purpose is Purpose.IDENTIFY_ALL)
        if purpose is not Purpose.ENROL:
            found = [one for one in found if one.side >= LEAST_FACE]
        return DetectedFaces(pixels, choose(found, purpose))

    def recognise(self, seen: DetectedFaces) -> PhotoReading:
        """Align and embed the faces that were seen."""
        return PhotoReading(tuple(self._face(seen.pixels, one) for one in seen.found), None, seen.pixels)

    def read_many(self, photos: Sequence[bytes], purpose: Purpose) -> list[PhotoReading | GymError]:
        """Read a batch; a fault takes the place of its photo's reading."""
        return [self._try(photo, purpose) for photo in photos]

    def _try(self, photo: bytes, purpose: Purpose) -> PhotoReading | GymError:
        try:
            return self.read(photo, purpose)
        except GymError as fault:
            return fault

    def _codes(self, pixels: Pixels, purpose: Purpose) -> PhotoReading | None:
        """What a photo without a face shows; None for nothing."""
        text = find_qr(pixels) if purpose is not Purpose.ENROL else None
        barcodes = find_barcodes(pixels) if purpose is Purpose.IDENTIFY_ALL else ()
        return PhotoReading((), text, pixels, barcodes) if text is not None or barcodes else None

    def _in_its_turns(
        self, pixels: Pixels, purpose: Purpose, reading: PhotoReading | None
    ) -> PhotoReading | None:
        """The reading of the turn whose face is the strongest of the upright ones; None without any face."""
        readings = [] if reading is None else [reading]
        for quarters in QUARTERS:
            with suppress(SeveralFaces):
                seen = self._look(turned(pixels, quarters), purpose)
                readings += [self.recognise(seen)] if seen.found else []
        upright = [one for one in readings if tilt(one.face.landmarks) <= SIDEWAYS]
        return max(upright or readings, key=lambda one: one.face.strength, default=None)

    def _seems_turned(self, reading: PhotoReading) -> bool:
        face = reading.face if reading.faces else None
        return face is not None and seems_turned(face.landmarks, face.strength, self.least_upright)

    def _face(self, pixels: Pixels, found: Detection) -> Face:
        crop = align(pixels, found.landmarks)
        features = self.features(crop)
        x1, y1, x2, y2 = (round(float(value)) for value in found.box)
        strength = self.strength(found, features)
        box, side = (x1, y1, x2, y2), round(found.side)
        return Face(box, found.landmarks, found.score, _unit(features), crop, side, strength)


def _unit(features: NDArray[np.float32]) -> NDArray[np.float32]:
    return (features / max(float(np.linalg.norm(features)), 1e-9)).astype(np.float32)


def choose(found: Sequence[Detection], purpose: Purpose) -> Sequence[Detection]:
    """The faces that matter, largest first. Raises `SeveralFaces`."""
    if purpose is Purpose.IDENTIFY_ALL:
        return found[:MOST_FACES]
    limit = SECOND_FACE_AREA if purpose is Purpose.ENROL else SIMILAR_AREA
    if len(found) > 1 and found[1].area >= limit * found[0].area:
        raise SeveralFaces
    return found[:1]
