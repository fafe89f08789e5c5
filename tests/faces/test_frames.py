"""Several frames of one moment are one probe: agreeing ones are averaged, disagreeing ones refused."""

from __future__ import annotations

import numpy as np
import pytest

from gym.faces.engine.reader import Face, Purpose
from gym.faces.pool import FacePool
from gym.faces.refusals import FramesDisagree
from gym.faces.schemas import Probe
from tests.faces.hard_photos import encoded, pixels_of
from tests.support.people import Person, people, stranger


def _faces(pool: FacePool, person: Person, *variants: int) -> list[Face]:
    return [pool.reader.read(person.photo(variant), Purpose.CHECK_IN).face for variant in variants]


@pytest.mark.parametrize("person", people(), ids=lambda person: person.name)
def test_frames_that_agree_become_the_direction_between_them(face_pool: FacePool, person: Person) -> None:
    frames = _faces(face_pool, person, 0, 3, 5)
    probe = Probe.fused(frames, face_pool.model_id)
    assert probe.model_id == face_pool.model_id
    assert np.linalg.norm(probe.embedding) == pytest.approx(1, abs=1e-5)
    middle = np.mean([frame.embedding for frame in frames], axis=0)
    assert probe.embedding @ (middle / np.linalg.norm(middle)) == pytest.approx(1, abs=1e-5)


def test_noisy_frames_together_are_more_like_the_person_than_each_alone(face_pool: FacePool) -> None:
    rng = np.random.default_rng(7)
    for one in people():
        (enrolled,) = _faces(face_pool, one, 1)
        photo = pixels_of(one.photo(0))
        grainy = [
            encoded(np.clip(photo + rng.normal(0, 35, photo.shape), 0, 255).astype(np.uint8))
            for _ in range(3)
        ]
        frames = [face_pool.reader.read(frame, Purpose.CHECK_IN).face for frame in grainy]
        alone = [float(frame.embedding @ enrolled.embedding) for frame in frames]
        together = float(Probe.fused(frames, face_pool.model_id).embedding @ enrolled.embedding)
        assert together > np.mean(alone)
        assert together > min(alone) + 0.005


def test_one_frame_of_somebody_else_refuses_them_all(face_pool: FacePool) -> None:
    rosa, lucia = people()[:2]
    other = face_pool.reader.read(stranger(), Purpose.CHECK_IN).face
    for odd in (*_faces(face_pool, lucia, 0), other):
        frames = _faces(face_pool, rosa, 0, 1)
        for place in range(3):
            mixed = [*frames[:place], odd, *frames[place:]]
            with pytest.raises(FramesDisagree) as refused:
                Probe.fused(mixed, face_pool.model_id)
            assert (refused.value.code, refused.value.status) == ("frames_disagree", 422)
