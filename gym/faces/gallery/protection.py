"""Protected templates: a secret rotation of the embedding space, so that a stolen vector matches nothing.

The matrix is orthogonal, so cosines between protected vectors are those of the plain ones. It is made of
rounds of key-derived signs, a key-derived permutation and the fast Walsh-Hadamard transform: exact, and the
same on every machine, which a QR decomposition of random numbers is not.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gym.security.cipher import Keyring

DIMENSION: Final = 512
ROUNDS: Final = 4
"""Even, so that the factors 1/sqrt(512) of the transforms multiply to an exact power of two."""
Vector = NDArray[np.float32]


class TemplateProtection:
    """The rotation of one key."""

    def __init__(self, key: bytes) -> None:
        self._matrix = _rotation(key)

    def protect(self, unit: Vector) -> Vector:
        """The protected unit vector (512,) of a plain one."""
        turned = self._matrix @ unit
        return (turned / max(float(np.linalg.norm(turned)), 1e-9)).astype(np.float32)

    def turning_from(self, other: TemplateProtection) -> Vector:
        """The rotation (512, 512) from another key's protected vectors to this one's, past no plain one."""
        return (self._matrix.astype(np.float64) @ other._matrix.T.astype(np.float64)).astype(np.float32)


@lru_cache(maxsize=8)
def _of_key(key: bytes) -> TemplateProtection:
    return TemplateProtection(key)


def protection_for(keyring: Keyring, kid: str) -> TemplateProtection:
    """The rotation of one of the gym's data keys; made once."""
    return _of_key(keyring.derive("templates", kid))


def _rotation(key: bytes) -> NDArray[np.float32]:
    matrix = np.eye(DIMENSION, dtype=np.float64)
    stream = hashlib.shake_256(b"powergym template rotation" + key).digest(ROUNDS * DIMENSION * 9)
    for number in range(ROUNDS):
        part = stream[number * DIMENSION * 9 : (number + 1) * DIMENSION * 9]
        signs = 1.0 - 2.0 * (np.frombuffer(part[:DIMENSION], np.uint8) & 1)
        order = np.argsort(np.frombuffer(part[DIMENSION:], ">u8"), kind="stable")
        matrix = _hadamard((matrix * signs[:, None])[order])
    # ROUNDS transforms, each unnormalised: 512 ** (ROUNDS / 2) is exact in binary.
    return (matrix / DIMENSION ** (ROUNDS // 2)).astype(np.float32)


def _hadamard(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unnormalised fast Walsh-Hadamard transform of every column: additions only, hence exact."""
    step = 1
    while step < DIMENSION:
        pairs = rows.reshape(DIMENSION // (2 * step), 2, step, DIMENSION)
        above, below = pairs[:, 0], pairs[:, 1]
        rows = np.stack([above + below, above - below], axis=1).reshape(DIMENSION, DIMENSION)
        step *= 2
    return rows
