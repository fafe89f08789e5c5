"""The challenge: heads that turn pass, pictures of heads do not, however they are held."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from gym.faces.engine.reader import FaceReader, PhotoReading, Purpose
from gym.faces.liveness.turn_challenge import ChallengeResult, ChallengeVerdict, Side, judge
from gym.faces.pool import FacePool
from tests.faces.hard_photos import Pixels, encoded, pixels_of
from tests.faces.heads import Tilt, tilted_picture, turned_head
from tests.support.people import Person, people, stranger

PRINTS_OF_EACH = 12


@pytest.fixture(scope="session")
def reader(face_pool: FacePool) -> FaceReader:
    return face_pool.reader


def _read(reader: FaceReader, picture: Pixels) -> PhotoReading:
    return reader.read(encoded(picture), Purpose.CHECK_IN)


def _turned(reader: FaceReader, person: Person, degrees: float, variant: int = 2) -> PhotoReading:
    """Another photo of the person, on a head turned by so much."""
    photo = pixels_of(person.photo(variant))
    landmarks = _read(reader, photo).face.landmarks
    return _read(reader, turned_head(photo, landmarks, degrees))


def test_a_head_that_turns_passes_to_either_side(reader: FaceReader) -> None:
    frontal = [one for one in people() if abs(_read(reader, pixels_of(one.photo(0))).face.quality.yaw) < 15]
    assert len(frontal) >= 3
    for one in frontal:
        first = _read(reader, pixels_of(one.photo(0)))
        for degrees in (-32, 32):
            verdict = judge([first, _turned(reader, one, degrees)])
            assert verdict.passed, (one, degrees, verdict)


def test_no_picture_of_a_head_passes_however_it_is_held_and_lit(reader: FaceReader) -> None:
    verdicts = [verdict for one in people() for verdict in _prints(reader, one)]
    assert [verdict for verdict in verdicts if verdict.passed] == []
    assert len(verdicts) >= PRINTS_OF_EACH * len(people()) * 0.8


def _prints(reader: FaceReader, person: Person) -> list[ChallengeVerdict]:
    rng = np.random.default_rng(len(person.name))
    photo = pixels_of(person.photo(0))
    first = _read(reader, photo)
    shown = [encoded(tilted_picture(photo, Tilt.drawn(rng), rng)) for _ in range(PRINTS_OF_EACH)]
    frames = [one for one in reader.read_many(shown, Purpose.CHECK_IN) if isinstance(one, PhotoReading)]
    return [judge([first, frame]) for frame in frames if frame.faces]


def test_a_head_that_turns_to_the_other_side_was_not_the_one_asked(reader: FaceReader) -> None:
    one = people()[0]
    first = _read(reader, pixels_of(one.photo(0)))
    for degrees, asked, other in ((32, Side.LEFT, Side.RIGHT), (-32, Side.RIGHT, Side.LEFT)):
        frames = [first, _turned(reader, one, degrees)]
        assert judge(frames, side=asked).passed
        assert judge(frames, side=other).result is ChallengeResult.OTHER_SIDE


def test_who_holds_still_is_asked_to_turn(reader: FaceReader) -> None:
    for one in people():
        frames = [_read(reader, pixels_of(one.photo(variant))) for variant in (0, 1)]
        assert judge(frames).result is ChallengeResult.NOT_TURNED
    assert judge(frames[:1]).result is ChallengeResult.NOT_TURNED


def test_two_people_are_not_one_who_turned(reader: FaceReader) -> None:
    first, second = people()[:2]
    frames = [_read(reader, pixels_of(first.photo(0))), _turned(reader, second, 30)]
    assert judge(frames).result is ChallengeResult.OTHER_PERSON
    third = [*_heads(reader), reader.read(stranger(), Purpose.CHECK_IN)]
    assert judge(third).result is ChallengeResult.OTHER_PERSON


def test_of_three_frames_the_two_that_differ_most_decide(reader: FaceReader) -> None:
    straight, turned = _heads(reader)
    between = _turned(reader, people()[4], -6)
    assert judge([straight, between, turned]) == judge([straight, turned])


@cache
def _heads(reader: FaceReader) -> tuple[PhotoReading, PhotoReading]:
    one = people()[4]
    return _read(reader, pixels_of(one.photo(0))), _turned(reader, one, -32)
