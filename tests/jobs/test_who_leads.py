"""A worker that cannot lead says so in its log, with who holds the lock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from bot.outbox.worker import LOCK as OUTBOX
from gym.app import Gym
from gym.core.database.advisory_lock import ExclusiveLock
from gym.core.database.engine import plain_dsn
from gym.jobs.health import LOCK as JOBS
from gym.jobs.health import watch_jobs


async def opened(gym: Gym) -> asyncpg.Connection:
    return await asyncpg.connect(plain_dsn(gym.database.url), server_settings={"application_name": "replica"})


@pytest.mark.parametrize("number", [JOBS, OUTBOX, 7, 2**31, 2**62])
async def test_whoever_stands_by_says_once_for_each_holder_whom_it_waits_for(gym: Gym, number: int) -> None:
    first, second, third = [await opened(gym) for _ in range(3)]
    holders = [f"backend {one.get_server_pid()} of" for one in (first, third)]
    lock = ExclusiveLock(number, "waits_to_lead")
    try:
        with capture_logs() as said:
            assert await lock.take(first)
            assert not await lock.take(second)
            assert not await lock.take(second)
            await first.close()
            async with asyncio.timeout(30):
                while not await ExclusiveLock(number, "third_waits").take(third):
                    pass
            assert not await lock.take(second)
    finally:
        for connection in (first, second, third):
            await connection.close()
    waited = [one["held_by"] for one in said if one["event"] == "waits_to_lead"]
    assert [holder in words for holder, words in zip(holders, waited, strict=True)] == [True, True]
    assert all("(replica)" in words for words in waited)


async def test_a_gym_in_which_nobody_leads_says_who_has_the_lock(gym: Gym) -> None:
    stuck = await opened(gym)
    try:
        assert await ExclusiveLock(JOBS, "waits_to_lead").take(stuck)
        with capture_logs() as said:
            watching = asyncio.create_task(watch_jobs(gym.run, gym.clock.now(), timedelta(milliseconds=1)))
            async with asyncio.timeout(30):
                while not any(one["event"] == "nobody_leads" for one in said):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            watching.cancel()
        first = next(one for one in said if one["event"] == "nobody_leads")
        assert f"backend {stuck.get_server_pid()} of" in first["lock_held_by"]
    finally:
        await stuck.close()
