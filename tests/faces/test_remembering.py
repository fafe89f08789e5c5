"""The cache of readings that most tests have before the models gives what the models would."""

from __future__ import annotations

import numpy as np
import pytest

from gym.faces.engine.reader import FaceReader, Purpose
from gym.faces.errors import NoFace
from gym.faces.pool import FacePool
from tests.support.people import landscape, people
from tests.support.remembering_reader import RememberingReader


def test_a_photo_is_read_once_for_each_purpose_and_a_fault_is_told_again(
    face_pool: FacePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, looked = FaceReader.look, list[Purpose]()

    def look(reader: FaceReader, photo: bytes, purpose: Purpose) -> object:
        looked.append(purpose)
        return real(reader, photo, purpose)

    monkeypatch.setattr(type(face_pool.reader), "look", look)
    remembering, photo = RememberingReader(face_pool.reader), people()[0].photo(0)
    for purpose in (Purpose.CHECK_IN, Purpose.ENROL, Purpose.CHECK_IN, Purpose.CHECK_IN):
        known, fresh = remembering.read(photo, purpose), face_pool.reader.read(photo, purpose)
        np.testing.assert_array_equal(known.face.embedding, fresh.face.embedding)
    for _ in range(3):
        with pytest.raises(NoFace):
            remembering.read(landscape(), Purpose.CHECK_IN)
    other = people()[1].photo(0)
    assert not np.array_equal(
        remembering.read(other, Purpose.CHECK_IN).face.embedding, known.face.embedding
    ), "another photo is another face"
    assert len(looked) == 4 + 2 + 1 + 1
