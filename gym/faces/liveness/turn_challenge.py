"""Turn challenge: a head that turns moves as a solid, a picture of one as a plane. Needs no model.

It stops a printed photo or a still on a screen, however it is tilted, moved or lit. It does not stop a video
of the person turning, a mask, or two different photos shown one after the other: for those there is the
model of `gym.faces.liveness.passive`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gym.faces.engine.alignment import REFERENCE, similarity
from gym.faces.engine.images import Pixels
from gym.faces.engine.quality import pose
from gym.faces.engine.reader import Face, PhotoReading
from gym.faces.thresholds import ARCFACE, CosineScale

LEAST_TURN: Final = 10.0
"""Degrees of estimated yaw between the two frames: a head that turns by 28 shows 12 to 26."""
LEAST_PARALLAX: Final = 0.10
"""Eye distances by which the nose must leave the place where a plane would have it."""
FLAT: Final = 0.985
"""A moved picture covers itself by 0.99 and more; a head that turned by 20 degrees by at most 0.983."""
SIDE: Final = 96
"""Pixels of the crop in which the two frames are laid over each other."""
MARGIN: Final = 0.16
STEPS: Final = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 150, 1e-5)
SMOOTH: Final = 5
PLANE: Final = (0, 1, 3, 4)
"""Eyes and mouth corners; between them the nose (2) stands out."""


class Side(StrEnum):
    """To which of the person's own sides the head turns."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def sign(self) -> int:
        """Of the yaw: a camera sees the person's left on the right."""
        return 1 if self is Side.LEFT else -1


class ChallengeResult(StrEnum):
    PASSED = "passed"
    NOT_TURNED = "not_turned"
    OTHER_SIDE = "other_side"
    OTHER_PERSON = "other_person"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class ChallengeVerdict:
    """What was seen between the two frames that differ most.

    `turn` in degrees, `parallax` in eye distances towards the turn; `overlay` is how well one frame, moved
    as a plane moves, covers the other (correlation, 1 is perfectly).
    """

    result: ChallengeResult
    turn: float = 0.0
    parallax: float = 0.0
    overlay: float = 0.0

    @property
    def passed(self) -> bool:
        return self.result is ChallengeResult.PASSED


def judge(
    frames: Sequence[PhotoReading], scale: CosineScale = ARCFACE, side: Side | None = None
) -> ChallengeVerdict:
    """Blocking: whether two or three frames show one person who turned the head. Raises `NoFace`.

    With a side, from the earlier to the later frame it must have turned there.
    """
    if len(frames) < 2:
        return ChallengeVerdict(ChallengeResult.NOT_TURNED)
    faces = [frame.face for frame in frames]
    if min(float(one.embedding @ two.embedding) for one, two in combinations(faces, 2)) < scale.same_person:
        return ChallengeVerdict(ChallengeResult.OTHER_PERSON)
    first, second = max(combinations(frames, 2), key=lambda pair: abs(turned(pair[0].face, pair[1].face)))
    turn = turned(first.face, second.face)
    if side is not None and turn * side.sign <= -LEAST_TURN:
        return ChallengeVerdict(ChallengeResult.OTHER_SIDE, abs(turn))
    parallax = nose_parallax(first.face.landmarks, second.face.landmarks) * (1 if turn > 0 else -1)
    overlay = planar_overlay(first, second)
    return ChallengeVerdict(_result(abs(turn), parallax, overlay), abs(turn), parallax, overlay)


def _result(turn: float, parallax: float, overlay: float) -> ChallengeResult:
    if turn < LEAST_TURN:
        return ChallengeResult.NOT_TURNED
    if parallax < LEAST_PARALLAX or overlay >= FLAT:
        return ChallengeResult.FLAT
    return ChallengeResult.PASSED


def turned(first: Face, second: Face) -> float:
    """Degrees of yaw from one to the other."""
    return pose(second.landmarks)[0] - pose(first.landmarks)[0]


def nose_parallax(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """How far along the eyes' line the nose is from where a plane through eyes and mouth would carry it."""
    before, after = first.astype(np.float64), second.astype(np.float64)
    plane = _homography(before[list(PLANE)], after[list(PLANE)])
    x, y, w = plane @ np.array([*before[2], 1.0])
    across = after[1] - after[0]
    shift = after[2] - np.array([x, y]) / (w if abs(w) > 1e-6 else 1e-6)
    return float(shift @ across / max(float(across @ across), 1e-9))


def _homography(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    pair = (source.astype(np.float32), target.astype(np.float32))
    return cast("NDArray[np.float64]", cv2.getPerspectiveTransform(*cast("Any", pair)))


def planar_overlay(first: PhotoReading, second: PhotoReading) -> float:
    """The best correlation that any movement of a plane reaches between the two faces; 0 when none is found.

    Light does not matter: correlation takes brightness and contrast out. Looked for in both directions,
    because the search may get lost in one of them.
    """
    before, after = _crop(first), _crop(second)
    return max(_laid_over(*before, *after), _laid_over(*after, *before))


def _laid_over(
    before: Pixels, before_points: NDArray[np.float64], after: Pixels, after_points: NDArray[np.float64]
) -> float:
    start = _affine(after_points, before_points)
    try:
        found, _ = cv2.findTransformECC(
            after, before, cast("Any", start), cv2.MOTION_HOMOGRAPHY, STEPS, cast("Any", FACE), SMOOTH
        )
    except cv2.error as error:
        if error.code != cv2.Error.StsNoConv:
            raise
        return 0.0
    return float(found)


def _crop(frame: PhotoReading) -> tuple[Pixels, NDArray[np.float64]]:
    """The face upright in a grey square with some room, and its landmarks there."""
    inner = SIDE * (1 - 2 * MARGIN)
    target = REFERENCE * (inner / 112) + SIDE * MARGIN
    points = frame.face.landmarks.astype(np.float64)
    matrix = similarity(points, target)
    grey = cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY)
    crop = cv2.warpAffine(grey, cast("Any", matrix), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return cast("Pixels", crop), points @ matrix[:, :2].T + matrix[:, 2]


def _affine(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float32]:
    """The least-squares affine movement as a 3 × 3 matrix: where the search begins."""
    known = np.hstack([source, np.ones((len(source), 1))])
    solved = np.linalg.lstsq(known, target, rcond=None)[0]
    return np.ascontiguousarray(np.vstack([solved.T, [0.0, 0.0, 1.0]]), np.float32)


def _face_mask() -> Pixels:
    """The face without the background, which stands still behind a head that turns."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    centre = (SIDE // 2, round(SIDE * 0.54))
    cv2.ellipse(mask, centre, (round(SIDE * 0.34), round(SIDE * 0.42)), 0, 0, 360, 255, -1)
    return cast("Pixels", mask)


FACE: Final = _face_mask()
