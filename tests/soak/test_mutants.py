"""Ten thousand mutated pictures: none crashes the reader, each fault is a typed one, and memory stays."""

from __future__ import annotations

import gc
import os
from collections import Counter

import psutil
import pytest

from gym.core.errors import GymError
from gym.faces.engine.reader import Purpose
from gym.faces.pool import FacePool
from tests.soak.mutants import MUTATIONS, mutants, sound

GROWTH = 1.05
A_SECOND = 10
"""Mutants that a slow machine reads in a second."""
PURPOSES = list(Purpose)


@pytest.mark.long
def test_three_hundred_mutants_are_read_or_refused_with_a_fault(face_pool: FacePool) -> None:
    seen = _read_all(face_pool, 300, seed=1)
    assert seen.total() == 300
    assert seen["read"] >= 15
    assert seen["photo_unreadable"] >= 30
    assert seen["photo_too_large"] >= 5
    assert seen["not_an_image"] >= 5


def test_every_sound_picture_is_still_read_afterwards(face_pool: FacePool) -> None:
    before = _embeddings(face_pool)
    _read_all(face_pool, 4 * len(MUTATIONS), seed=2)
    assert _embeddings(face_pool) == before


@pytest.mark.soak
def test_ten_thousand_mutants_leave_memory_as_it_was(face_pool: FacePool) -> None:
    """Ten thousand, or as many as fit into about SOAK_SECONDS."""
    seconds = float(os.environ.get("SOAK_SECONDS", "inf"))
    count = int(min(10_000, seconds * A_SECOND))
    _read_all(face_pool, max(400, count // 10), seed=3)
    before = _memory()
    assert _read_all(face_pool, count, seed=4).total() == count
    assert _memory() <= GROWTH * before


def _read_all(pool: FacePool, count: int, seed: int) -> Counter[str]:
    """What became of them; anything but a reading or a typed fault ends the test here."""
    seen: Counter[str] = Counter()
    for number, (made_by, photo) in enumerate(mutants(count, seed)):
        purpose = PURPOSES[number % len(PURPOSES)]
        try:
            reading = pool.reader.read(photo, purpose)
        except GymError as fault:
            seen[fault.code] += 1
            continue
        assert reading.pixels.size <= 3 * 2560**2, made_by
        seen["read"] += 1
    return seen


def _embeddings(pool: FacePool) -> list[bytes]:
    photos = sound()[:5]
    return [pool.reader.read(photo, Purpose.CHECK_IN).face.embedding.tobytes() for photo in photos]


def _memory() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss
