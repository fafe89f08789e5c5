"""Protected templates: cosines stay, and without the key nothing matches."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from gym.faces.engine.reader import Purpose
from gym.faces.gallery.protection import DIMENSION, ROUNDS, TemplateProtection
from gym.faces.pool import FacePool
from tests.support.people import people

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
UNIT = DIMENSION ** (ROUNDS // 2)
"""Entries of the rotation are whole multiples of its inverse."""


def test_cosines_between_protected_faces_are_those_of_the_plain_ones(face_pool: FacePool) -> None:
    plain = np.stack([_embedding(face_pool, one.photo(n)) for one in people() for n in range(2)])
    protection = TemplateProtection(KEY)
    hidden = np.stack([protection.protect(vector) for vector in plain])
    np.testing.assert_allclose(hidden @ hidden.T, plain @ plain.T, atol=2e-6)
    np.testing.assert_allclose(np.linalg.norm(hidden, axis=1), 1, atol=1e-6)


def test_a_stolen_template_matches_neither_the_face_nor_another_gym(face_pool: FacePool) -> None:
    plain = _embedding(face_pool, people()[0].photo(0))
    here, elsewhere = (TemplateProtection(key).protect(plain) for key in (KEY, OTHER_KEY))
    assert abs(float(here @ plain)) < 0.2
    assert abs(float(here @ elsewhere)) < 0.2


def test_the_rotation_is_exactly_orthogonal() -> None:
    whole = (_matrix(KEY).astype(np.float64) * UNIT).astype(np.int64)
    assert (whole / UNIT == _matrix(KEY)).all()
    assert (whole @ whole.T == UNIT**2 * np.eye(DIMENSION, dtype=np.int64)).all()


def test_the_rotation_of_a_key_is_the_same_on_every_machine() -> None:
    digest = hashlib.sha256(_matrix(KEY).astype("<f4").tobytes()).hexdigest()
    assert digest == "1e530ac2996fd19cb7553750e5d12027070b88947c50d9a45ec969b184af0873"


def _matrix(key: bytes) -> NDArray[np.float32]:
    return TemplateProtection(key)._matrix


def _embedding(pool: FacePool, photo: bytes) -> NDArray[np.float32]:
    return pool.reader.read(photo, Purpose.CHECK_IN).face.embedding
