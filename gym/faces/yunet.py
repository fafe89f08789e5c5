"""The OpenCV engine: YuNet finds faces and SFace tells them apart, under licences for every gym."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gym.core.config import ConfigError
from gym.faces.alignment import SIDE
from gym.faces.images import Pixels
from gym.faces.packs import Located
from gym.faces.quality import WEAK
from gym.faces.reader import DIMENSION, LEAST_DETECTION, FaceReader, Found

CPU: Final = "CPUExecutionProvider"
SMALL, LARGE = 640, 1280
"""Twice SCRFD's: YuNet places landmarks well from 55 pixels on, and bears a face that fills 640."""
OWN_DIMENSION: Final = 128
"""Numbers that SFace gives; the rest of the 512 are zeros, which changes no cosine."""
OVERLAP: Final = 0.3
MOST_BOXES: Final = 200
LEAST_SIDE: Final = 8
SURE: Final = 0.915
"""YuNet's score under which something may cover the face: 99 % of 228 clear press photos have 0.92 or more,
the same ones with a mask of four colours 0.90 in the middle. SFace's length says nothing of it (12.6, 12.2).
"""
STRENGTH_PER_SCORE: Final = 150.0
"""Brings 0.935, a clear face, to 24, which is what buffalo_sc gives to one."""


class _Nets:
    """What one call at a time may use: OpenCV's networks keep their buffers between calls."""

    def __init__(self, located: Located) -> None:
        self._detectors = {scale: _detector(located, scale) for scale in (SMALL, LARGE)}
        self._recognizer = cv2.FaceRecognizerSF.create(str(located.recognizer), "")

    def detect(self, pixels: Pixels, scale: int) -> NDArray[np.float32]:
        """Rows of box (x, y, width, height), five landmarks (x, y) and score, in pixels of the picture."""
        height, width = pixels.shape[:2]
        factor = min(1.0, scale / max(height, width))
        size = (max(LEAST_SIDE, round(width * factor)), max(LEAST_SIDE, round(height * factor)))
        small = pixels if factor == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        detector = self._detectors[scale]
        detector.setInputSize((small.shape[1], small.shape[0]))
        rows = cast("NDArray[np.float32] | None", detector.detect(small)[1])
        if rows is None:
            return np.empty((0, 15), np.float32)
        rows = rows.copy()
        rows[:, 0:14:2] *= width / small.shape[1]
        rows[:, 1:14:2] *= height / small.shape[0]
        return rows

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        answer = cast("NDArray[np.float32]", self._recognizer.feature(crop))
        return np.pad(answer[0], (0, DIMENSION - OWN_DIMENSION))


class YuNetReader(FaceReader):
    """A set of networks for each thread that reads at the same time."""

    scales = (SMALL, LARGE)
    big_enough = 0.09

    def __init__(self, located: Located, providers: Sequence[str]) -> None:
        if list(providers) != [CPU]:
            raise ConfigError(f"FACE_PROVIDERS: {located.pack.name} runs on the {CPU} only")
        cv2.setNumThreads(1)
        # OpenCV 5 warns at every load that its new engine chooses where to run by itself.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        self.providers = list(providers)
        self._located = located
        self._free: deque[_Nets] = deque([_Nets(located)])
        pack = located.pack
        self.model_id = f"{pack.name}/{pack.recognizer.sha256[:12]}/{OWN_DIMENSION}/sface112"

    def warm(self, threads: int = 1) -> None:
        while len(self._free) < threads:
            self._free.append(_Nets(self._located))
        black = np.zeros((LARGE, LARGE, 3), np.uint8)
        for nets in list(self._free):
            for scale in (SMALL, LARGE):
                nets.detect(black, scale)
            nets.features(np.ascontiguousarray(black[:SIDE, :SIDE]))

    def find(self, pixels: Pixels, *scales: int) -> list[Found]:
        with self._nets() as nets:
            rows = np.concatenate([nets.detect(pixels, scale) for scale in scales])
        found = [_found(row) for row in _once(rows)]
        return sorted(found, key=lambda one: one.area, reverse=True)

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        with self._nets() as nets:
            return nets.features(crop)

    def strength(self, found: Found, features: NDArray[np.float32]) -> float:
        return WEAK + STRENGTH_PER_SCORE * (found.score - SURE)

    @contextmanager
    def _nets(self) -> Generator[_Nets]:
        """A set that nobody else uses; a new one if none is free. A deque's ends are safe between threads."""
        try:
            nets = self._free.pop()
        except IndexError:
            nets = _Nets(self._located)
        try:
            yield nets
        finally:
            self._free.append(nets)


def _detector(located: Located, scale: int) -> Any:
    """One for each scale: a change of input size would build its buffers anew at every photo."""
    path = str(located.detector)
    return cv2.FaceDetectorYN.create(path, "", (scale, scale), LEAST_DETECTION, OVERLAP, MOST_BOXES)


def _once(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each face once, where it was seen at two scales: the surer sight of it."""
    boxes = rows[:, :4].tolist()
    kept = cv2.dnn.NMSBoxes(boxes, rows[:, 14].tolist(), LEAST_DETECTION, OVERLAP)
    return rows[np.asarray(kept, dtype=np.intp).reshape(-1)]


def _found(row: NDArray[np.float32]) -> Found:
    """The order is ours already: YuNet's "right eye" is the person's, hence the left one in the picture."""
    x, y, width, height = (float(value) for value in row[:4])
    box = np.array([x, y, x + width, y + height], np.float32)
    return Found(box, row[4:14].reshape(5, 2).copy(), float(row[14]))
