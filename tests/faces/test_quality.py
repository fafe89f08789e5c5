"""Photos to be remembered are judged by rules that let a frontal face pass with room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import pytest

from gym.faces.engine.quality import Quality, enrolment_fault
from gym.faces.engine.reader import Face, Purpose
from gym.faces.errors import (
    Blurred,
    FaceCovered,
    FaceTooSmall,
    PhotoFault,
    TooBright,
    TooDark,
    TurnedAway,
)
from gym.faces.pool import FacePool
from tests.faces.hard_photos import Pixels, encoded, pixels_of, placed
from tests.support.people import Person, in_profile, people

GOOD = Quality(
    yaw=0,
    pitch=0,
    sharpness=25,
    brightness=130,
    white=0.0,
    face_px=200,
    detection=0.8,
    redness=5,
    strength=24,
)


@pytest.mark.parametrize(
    ("quality", "fault"),
    [
        (GOOD, None),
        (replace(GOOD, face_px=80), None),
        (replace(GOOD, face_px=79), FaceTooSmall),
        (replace(GOOD, brightness=34), TooDark),
        (replace(GOOD, brightness=226), TooBright),
        (replace(GOOD, white=0.36), TooBright),
        (replace(GOOD, yaw=-30, pitch=20), None),
        (replace(GOOD, yaw=46), TurnedAway),
        (replace(GOOD, yaw=-46), TurnedAway),
        (replace(GOOD, pitch=39), TurnedAway),
        (replace(GOOD, sharpness=4.4), Blurred),
        (replace(GOOD, redness=-20), None),
        (replace(GOOD, strength=18), None),
        (replace(GOOD, redness=-20, strength=18), FaceCovered),
        (replace(GOOD, face_px=40, brightness=10, yaw=60), FaceTooSmall),
    ],
)
def test_each_verdict_has_its_limit_and_the_first_thing_to_mend_is_told(
    quality: Quality, fault: type[PhotoFault] | None
) -> None:
    found = enrolment_fault(quality)
    assert type(found) is (fault or type(None))


def test_the_verdicts_keep_the_public_codes() -> None:
    faults = [FaceTooSmall, TooDark, TooBright, Blurred, TurnedAway, FaceCovered]
    assert [(fault.code, fault.status) for fault in faults] == [
        ("face_too_small", 422),
        ("too_dark", 422),
        ("too_bright", 422),
        ("blurred", 422),
        ("turned_away", 422),
        ("turned_away", 422),
    ]


@pytest.mark.parametrize("person", people(), ids=lambda person: person.name)
def test_people_who_look_at_the_camera_may_be_enrolled(face_pool: FacePool, person: Person) -> None:
    for variant in range(3):
        assert enrolment_fault(_face(face_pool, person.photo(variant)).quality) is None


def test_who_looks_to_the_side_is_asked_to_look_at_the_camera(face_pool: FacePool) -> None:
    face = _face(face_pool, in_profile().photo(0))
    assert type(enrolment_fault(face.quality)) is TurnedAway


def test_the_mirror_image_is_turned_the_other_way(face_pool: FacePool) -> None:
    for one in people():
        photo = pixels_of(one.photo(0))
        as_is, mirrored = (
            _face(face_pool, encoded(picture)).quality for picture in (photo, photo[:, ::-1].copy())
        )
        assert as_is.yaw == pytest.approx(-mirrored.yaw, abs=8)


def test_a_tilted_head_is_not_a_turned_one(face_pool: FacePool) -> None:
    photo = pixels_of(people()[0].photo(0))
    height, width = photo.shape[:2]
    for degrees in (-20, 20):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        tilted = cv2.warpAffine(photo, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        assert enrolment_fault(_face(face_pool, encoded(cast("Pixels", tilted))).quality) is None


def _dark(photo: Pixels) -> Pixels:
    return (photo * 0.12).astype(np.uint8)


def _glaring(photo: Pixels) -> Pixels:
    return np.clip(photo * 1.3 + 110.0, 0, 255).astype(np.uint8)


def _out_of_focus(photo: Pixels) -> Pixels:
    return cast("Pixels", cv2.GaussianBlur(photo, (0, 0), 9))


def _shaken(photo: Pixels) -> Pixels:
    smear = np.full((1, 45), 1 / 45, np.float32)
    return cast("Pixels", cv2.filter2D(photo, -1, smear))


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [(_dark, TooDark), (_glaring, TooBright), (_out_of_focus, Blurred), (_shaken, Blurred)],
)
@pytest.mark.parametrize("person", people(), ids=lambda person: person.name)
def test_a_spoiled_photo_is_refused_for_what_is_wrong_with_it(
    face_pool: FacePool, person: Person, spoil: Callable[[Pixels], Pixels], fault: type[PhotoFault]
) -> None:
    face = _face(face_pool, encoded(spoil(pixels_of(person.photo(0)))))
    assert type(enrolment_fault(face.quality)) is fault


def test_half_the_light_is_enough_and_is_not_called_blurred(face_pool: FacePool) -> None:
    for one in people():
        dim = (pixels_of(one.photo(0)) * 0.5).astype(np.uint8)
        assert enrolment_fault(_face(face_pool, encoded(dim)).quality) is None


def test_a_small_face_is_asked_to_come_closer(face_pool: FacePool) -> None:
    for one in people():
        assert type(enrolment_fault(_face(face_pool, placed(one.photo(0), 140)).quality)) is FaceTooSmall


def test_most_masks_are_noticed(face_pool: FacePool) -> None:
    verdicts = [
        type(enrolment_fault(_face(face_pool, _masked(face_pool, one, colour)).quality))
        for one in people()
        for colour in ((190, 150, 110), (120, 160, 90), (235, 235, 235))
    ]
    assert verdicts.count(FaceCovered) >= len(verdicts) / 2


def _masked(pool: FacePool, person: Person, colour: tuple[int, int, int]) -> bytes:
    """A mask from the nose over the chin, BGR."""
    photo = person.photo(0)
    points = _face(pool, photo).landmarks.astype(np.float64)
    across = points[1] - points[0]
    down = np.array([-across[1], across[0]])
    mouth = points[3:].mean(axis=0)
    outline = [
        points[0] - 0.6 * across + 0.55 * down,
        points[2] - 0.1 * down,
        points[1] + 0.6 * across + 0.55 * down,
        mouth + 0.6 * across + 0.5 * down,
        mouth + 0.95 * down,
        mouth - 0.6 * across + 0.5 * down,
    ]
    picture = pixels_of(photo)
    cv2.fillPoly(picture, [np.array(outline).astype(np.int32)], colour)
    return encoded(picture)


def _face(pool: FacePool, photo: bytes) -> Face:
    return pool.reader.read(photo, Purpose.CHECK_IN).face
