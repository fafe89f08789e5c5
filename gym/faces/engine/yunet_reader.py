"""OpenCV engine: YuNet detects faces and SFace embeds them; both licences allow commercial use."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gym.core.config import ConfigError
from gym.faces.engine.alignment import SIDE
from gym.faces.engine.images import Pixels
from gym.faces.engine.model_store import Located
from gym.faces.engine.quality import WEAK
from gym.faces.engine.reader import DIMENSION, LEAST_DETECTION, Detection, FaceReader

CPU: Final = "CPUExecutionProvider"
SMALL, LARGE = 640, 1280
"""Twice SCRFD's: YuNet finds faces well from 55 pixels on, and bears one that fills 640."""
CLOSE_UP: Final = 320
"""Pixels of the square in which the largest face is looked at a second time, for its landmarks."""
CLOSE_SIDE: Final = 200.0
"""Pixels of that face."""
CLOSE_ENOUGH: Final = (150.0, 300.0)
"""Pixels at which the first sight of a face is as good as a second one."""
OWN_DIMENSION: Final = 128
"""Numbers that SFace gives; the rest of the 512 are zeros, which changes no cosine."""
OVERLAP: Final = 0.3
"""Share of two boxes that is common to both, from which they are of one face."""
VOTES: Final = 0.5
"""The same share, from which a weaker sight of a face has a say in where its landmarks are.

SFace suffers from landmarks that are a pixel off. Where one pair of different people of LFW in 10,000 is
taken for one person, it misses 2.0 % of the pairs of one person with the landmarks of the surest sight, 1.6 %
with the mean of all sights, and 1.4 % with that and a close-up's.
"""
LEAST_VOTE: Final = 0.3
EVERY_BOX: Final = 1.0
MOST_BOXES: Final = 2000
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
        self._detectors = {scale: _detector(located, scale) for scale in (CLOSE_UP, SMALL, LARGE)}
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

    def close_up(self, pixels: Pixels, face: Detection) -> NDArray[np.float32]:
        """As `detect`, of what is around a face, looked at in the size that suits the landmarks best."""
        scale = CLOSE_SIDE / face.side
        corner = (face.box[:2] + face.box[2:]) / 2 * scale - CLOSE_UP / 2
        turn = np.array([[scale, 0, -corner[0]], [0, scale, -corner[1]]])
        square = cv2.warpAffine(pixels, cast("Any", turn), (CLOSE_UP, CLOSE_UP), borderValue=0)
        rows = self.detect(cast("Pixels", square), CLOSE_UP)
        rows[:, 0:14:2] += corner[0]
        rows[:, 1:14:2] += corner[1]
        rows[:, :14] /= scale
        return rows

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        answer = cast("NDArray[np.float32]", self._recognizer.feature(crop))
        return np.pad(answer[0], (0, DIMENSION - OWN_DIMENSION))


class YuNetReader(FaceReader):
    """A set of networks for each thread that reads at the same time."""

    scales = (SMALL, LARGE)
    big_enough = 0.09
    least_upright = 12.0
    """Embeddings are shorter: upright faces in small pictures have 12 to 18, which cost five looks at 19."""

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
            for scale in (CLOSE_UP, SMALL, LARGE):
                nets.detect(black, scale)
            nets.features(np.ascontiguousarray(black[:SIDE, :SIDE]))

    def find(self, pixels: Pixels, *scales: int) -> list[Detection]:
        with self._nets() as nets:
            rows = np.concatenate([nets.detect(pixels, scale) for scale in scales])
        found = [_found(row) for row in _once(rows)]
        return sorted(found, key=lambda one: one.area, reverse=True)

    def detect(self, pixels: Pixels, *, everybody: bool = False) -> list[Detection]:
        """As every reader; where one look was enough, the second is spent on the largest face's landmarks."""
        if everybody:
            return super().detect(pixels, everybody=True)
        near = self.find(pixels, SMALL)
        long_side = max(pixels.shape[:2])
        if not near or near[0].box[2] - near[0].box[0] < self.big_enough * long_side:
            return self.find(pixels, LARGE) or near
        seen_at = near[0].side * min(1.0, SMALL / long_side)
        if CLOSE_ENOUGH[0] <= seen_at <= CLOSE_ENOUGH[1]:
            return near
        return [self._closely(pixels, near[0], seen_at / CLOSE_SIDE), *near[1:]]

    def _closely(self, pixels: Pixels, face: Detection, weight: float) -> Detection:
        """The face with the landmarks of both sights; `weight` is the first one's beside the close-up's."""
        with self._nets() as nets:
            again = [_found(row) for row in _once(nets.close_up(pixels, face))]
        same = max(again, key=lambda one: float(_common(one.box, face.box[None])[0]), default=face)
        if _common(same.box, face.box[None])[0] < OVERLAP:
            return face
        landmarks = (weight * face.landmarks + same.landmarks) / (1 + weight)
        return Detection(face.box, landmarks.astype(np.float32), face.score)

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        with self._nets() as nets:
            return nets.features(crop)

    def strength(self, found: Detection, features: NDArray[np.float32]) -> float:
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
    """One for each scale: a change of input size would build its buffers anew at every photo.

    It gives every sight of a face, not only the surest: the others are wanted for the landmarks.
    """
    path = str(located.detector)
    return cv2.FaceDetectorYN.create(path, "", (scale, scale), LEAST_VOTE, EVERY_BOX, MOST_BOXES)


def _once(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each face once: the box and score of its surest sight, and the landmarks that all sights agree on."""
    boxes = rows[:, :4].tolist()
    kept = cv2.dnn.NMSBoxes(boxes, rows[:, 14].tolist(), LEAST_DETECTION, OVERLAP)
    chosen = rows[np.asarray(kept, dtype=np.intp).reshape(-1)].copy()
    corners = np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:4]])
    for row in chosen:
        near = _common(np.hstack([row[:2], row[:2] + row[2:4]]), corners) > VOTES
        row[4:14] = np.average(rows[near, 4:14], axis=0, weights=rows[near, 14])
    return chosen


def _found(row: NDArray[np.float32]) -> Detection:
    """The order is ours already: YuNet's "right eye" is the person's, hence the left one in the picture."""
    x, y, width, height = (float(value) for value in row[:4])
    box = np.array([x, y, x + width, y + height], np.float32)
    return Detection(box, row[4:14].reshape(5, 2).copy(), float(row[14]))


def _common(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The share that a box and each of others (n, 4) both cover: intersection over union of corners."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    inside = np.clip(sides, 0, None).prod(axis=1)
    both = (box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(axis=1)
    return inside / np.maximum(both - inside, 1e-9)
