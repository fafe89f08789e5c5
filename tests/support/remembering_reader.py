"""A cache of the real models' readings, for tests in which the reading itself is not the subject.

The same few photos are shown to the door hundreds of times, at 50 ms of processor each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gym.core.errors import GymError
from gym.faces.engine.images import Pixels
from gym.faces.engine.reader import DetectedFaces, Detection, FaceReader, PhotoReading, Purpose

MOST: Final = 64
"""Readings kept, each with its pixels: a megabyte for the usual photo."""


class RememberingReader(FaceReader):
    """Reads each photo once for each purpose; faults are remembered like readings."""

    def __init__(self, reader: FaceReader) -> None:
        self._reader = reader
        self.model_id, self.providers = reader.model_id, reader.providers
        self.scales, self.big_enough = reader.scales, reader.big_enough
        self._readings = lru_cache(MOST)(_answer(reader.read))
        self._looks = lru_cache(MOST)(_answer(reader.look))

    def read(self, photo: bytes, purpose: Purpose) -> PhotoReading:
        return _told(self._readings(bytes(photo), purpose))

    def look(self, photo: bytes, purpose: Purpose) -> DetectedFaces:
        return _told(self._looks(bytes(photo), purpose))

    def find(self, pixels: Pixels, *scales: int) -> list[Detection]:
        return self._reader.find(pixels, *scales)

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        return self._reader.features(crop)

    def strength(self, found: Detection, features: NDArray[np.float32]) -> float:
        return self._reader.strength(found, features)

    def warm(self, threads: int = 1) -> None:
        self._reader.warm(threads)


def _answer(read: Callable[[bytes, Purpose], Any]) -> Callable[[bytes, Purpose], Any]:
    def answer(photo: bytes, purpose: Purpose) -> Any:
        try:
            return read(photo, purpose)
        except GymError as fault:
            return fault

    return answer


def _told(answer: Any) -> Any:
    if isinstance(answer, GymError):
        raise answer.with_traceback(None)
    return answer
