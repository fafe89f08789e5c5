"""The table of verdicts: real photos spoiled step by step pass at first, and are refused from some step
on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

import cv2
import numpy as np
import pytest

from gym.faces.engine.quality import LARGEST_PITCH, LARGEST_YAW, enrolment_fault, pose
from gym.faces.engine.reader import Purpose
from gym.faces.errors import Blurred, FaceTooSmall, PhotoFault, TooBright, TooDark, TurnedAway
from gym.faces.pool import FacePool
from tests.faces.hard_photos import Pixels, encoded, pixels_of, placed
from tests.support.people import Person, people

Spoil = Callable[[Pixels, float], bytes]
HEAD: Final = np.array(
    [[-0.5, 0.0, 0.0], [0.5, 0.0, 0.0], [0.0, 0.59, 0.62], [-0.4, 1.05, 0.0], [0.4, 1.05, 0.0]]
)
"""Eyes, nose and mouth corners of a head that looks at the camera, in eye distances: right, down, forward."""


def _blurred(photo: Pixels, sigma: float) -> bytes:
    return encoded(cast("Pixels", cv2.GaussianBlur(photo, (0, 0), sigma)) if sigma else photo)


def _darker(photo: Pixels, light: float) -> bytes:
    return encoded((photo * light).astype(np.uint8))


def _brighter(photo: Pixels, light: float) -> bytes:
    """More light than the camera can show, and a haze before it."""
    return encoded(np.clip(photo * float(1 + light) + 80 * light, 0, 255).astype(np.uint8))


def _farther(photo: Pixels, height: float) -> bytes:
    return placed(encoded(photo), round(height))


TABLE: Final[list[tuple[Spoil, type[PhotoFault], tuple[float, ...], int]]] = [
    (_blurred, Blurred, (0, 0.7, 1.2, 4, 6, 9), 3),
    (_darker, TooDark, (1, 0.75, 0.5, 0.17, 0.12, 0.08), 3),
    (_brighter, TooBright, (0, 0.05, 0.1, 0.8, 1, 1.2), 3),
    (_farther, FaceTooSmall, (480, 400, 300, 160, 150, 140), 3),
]


@pytest.mark.parametrize("person", people(), ids=lambda person: person.name)
@pytest.mark.parametrize(
    ("spoil", "fault", "steps", "pass_at_least"), TABLE, ids=["blur", "dark", "bright", "size"]
)
def test_a_photo_passes_with_room_and_is_refused_for_the_right_reason(
    face_pool: FacePool,
    person: Person,
    spoil: Spoil,
    fault: type[PhotoFault],
    steps: tuple[float, ...],
    pass_at_least: int,
) -> None:
    photo = pixels_of(person.photo(0))
    readings = [face_pool.reader.read(spoil(photo, step), Purpose.ENROL) for step in steps]
    verdicts = [type(enrolment_fault(one.face.quality)) for one in readings]
    refused = verdicts.index(fault)
    assert refused >= pass_at_least
    assert verdicts == [type(None)] * refused + [fault] * (len(steps) - refused)


@pytest.mark.parametrize("pitch", [0, -12, 12])
def test_a_head_may_turn_by_thirty_degrees_and_not_by_fifty(pitch: float) -> None:
    for degrees in range(-30, 31, 5):
        yaw, nod = _pose(degrees, pitch)
        assert yaw == pytest.approx(degrees, abs=9)
        assert (abs(yaw) <= LARGEST_YAW, abs(nod) <= LARGEST_PITCH) == (True, True)
    for degrees in (-75, -60, -52, 52, 60, 75):
        assert abs(_pose(degrees, pitch)[0]) > LARGEST_YAW


def _pose(yaw: float, pitch: float) -> tuple[float, float]:
    """What is made of the landmarks of a head that is turned and nodded like that."""
    (sy, sp), (cy, cp) = (f(np.radians([yaw, pitch])) for f in (np.sin, np.cos))
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    return pose((HEAD @ (turn @ nod).T)[:, :2].astype(np.float32))


def test_turned_away_is_what_the_limits_are_about() -> None:
    assert (TurnedAway.code, LARGEST_YAW, LARGEST_PITCH) == ("turned_away", 45.0, 38.0)
