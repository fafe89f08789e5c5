"""The pool reads beside the event loop, and says "busy" at once when it is full."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack

import numpy as np
import pytest

from gym.core.errors import Busy
from gym.faces.engine.reader import Purpose
from gym.faces.errors import NoFace
from gym.faces.pool import FacePool
from tests.support.people import landscape, people


@pytest.fixture
async def small_pool(face_pool: FacePool) -> AsyncGenerator[FacePool]:
    """One thread, and one place to wait."""
    pool = FacePool(face_pool.reader, workers=1, queue=1)
    yield pool
    await asyncio.to_thread(pool.close)


async def test_photos_read_at_once_are_read_as_if_alone(face_pool: FacePool) -> None:
    photos = [one.photo(variant) for one in people() for variant in range(2)]
    alone = [face_pool.reader.read(photo, Purpose.CHECK_IN).face.embedding for photo in photos]
    together = await asyncio.gather(*(face_pool.read(photo, Purpose.CHECK_IN) for photo in photos))
    for one, reading in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, reading.face.embedding)


async def test_a_fault_reaches_who_sent_the_photo(face_pool: FacePool) -> None:
    with pytest.raises(NoFace):
        await face_pool.read(landscape(), Purpose.CHECK_IN)


async def test_what_does_not_fit_is_refused_at_once_and_fits_later(small_pool: FacePool) -> None:
    gate = threading.Event()
    inside = [asyncio.ensure_future(small_pool.run(gate.wait)) for _ in range(2)]
    await _until(lambda: small_pool.taken == 2)
    with pytest.raises(Busy) as refused:
        await small_pool.read(people()[0].photo(0), Purpose.CHECK_IN)
    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    gate.set()
    assert await asyncio.gather(*inside) == [True, True]
    await _until(lambda: small_pool.taken == 0)
    assert (await small_pool.read(people()[0].photo(0), Purpose.CHECK_IN)).faces


async def test_a_caller_who_left_frees_the_place_only_when_the_thread_is_free(small_pool: FacePool) -> None:
    gate, begun = threading.Event(), threading.Event()
    running = asyncio.ensure_future(small_pool.run(_wait, begun, gate))
    await asyncio.to_thread(begun.wait)
    waiting = asyncio.ensure_future(small_pool.run(gate.wait))
    await _until(lambda: small_pool.taken == 2)
    running.cancel()
    waiting.cancel()
    await asyncio.wait([running, waiting])
    await _until(lambda: small_pool.taken == 1)
    gate.set()
    await _until(lambda: small_pool.taken == 0)


async def test_a_closed_pool_is_busy(face_pool: FacePool) -> None:
    pool = FacePool(face_pool.reader, workers=1)
    await asyncio.to_thread(pool.close)
    with pytest.raises(Busy):
        await pool.read(people()[0].photo(0), Purpose.CHECK_IN)
    assert pool.taken == 0


def _wait(begun: threading.Event, gate: threading.Event) -> None:
    begun.set()
    gate.wait()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - a thread makes it true, and has no event to set
            await asyncio.sleep(0)


async def test_who_comes_when_every_place_is_given_away_knows_at_once(small_pool: FacePool) -> None:
    """Places are given before the model begins: many who come together cannot all count on the same one."""
    with ExitStack() as inside:
        inside.enter_context(small_pool.admit())
        inside.enter_context(small_pool.admit())
        with pytest.raises(Busy), small_pool.admit():
            raise AssertionError("there was no place")
        assert await small_pool.run(int, "7") == 7, "whoever was let in is served"
    with small_pool.admit():
        assert small_pool.admitted == 1
