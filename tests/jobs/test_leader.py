"""One runner among replicas: real processes, one of which is killed."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from gym.core.database.engine import plain_dsn
from gym.jobs.health import LOCK
from gym.jobs.table import JOBS

ROOT = Path(__file__).parents[2]
SPEED = 300.0
"""Times faster than the wall: a quarter of an hour is three seconds."""
REPLACED_IN = 15.0
"""Seconds within which another replica must lead."""
TABLE = """
CREATE TABLE job_notes (id bigserial PRIMARY KEY, job text, slot timestamptz, past boolean, pid integer,
    at timestamptz DEFAULT clock_timestamp())
"""


class Replicas:
    """Processes that all want to lead."""

    def __init__(self, url: str, home: Path) -> None:
        self._arguments = [url, str(home), str(time.time()), str(SPEED)]
        self._dsn = plain_dsn(url)
        self.processes: dict[int, asyncio.subprocess.Process] = {}

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.jobs.replica", *self._arguments]
        quiet = asyncio.subprocess.DEVNULL
        started = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=quiet, stderr=quiet)
        self.processes[started.pid] = started

    async def kill(self, pid: int) -> None:
        """`kill -9`."""
        process = self.processes.pop(pid)
        process.kill()
        await process.wait()

    async def cut_off(self) -> int:
        """PostgreSQL ends the connection that holds the lock; its process lives on. Returns who led."""
        led = await self.leader()
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        )
        high, low = divmod(LOCK, 2**32)
        of_leader = f"{query} AND (classid::bigint, objid::bigint) = ($1, $2)"
        assert await self.value(of_leader, high, low) == 1, "one leads"
        return led

    async def slots(self, pid: int | None = None) -> int:
        """How many slots of the quickest job were done, by one of them or by all."""
        query = "SELECT count(DISTINCT slot) FROM job_notes WHERE job = 'expire' AND NOT past"
        return await self.value(f"{query} AND pid = $1", pid) if pid else await self.value(query)

    async def leader(self) -> int:
        return await self.value("SELECT pid FROM job_notes ORDER BY id DESC LIMIT 1")

    async def value(self, sql: str, *values: object) -> int:
        connection = await asyncpg.connect(self._dsn)
        try:
            return await connection.fetchval(sql, *values)
        finally:
            await connection.close()

    async def notes(self) -> Sequence[asyncpg.Record]:
        connection = await asyncpg.connect(self._dsn)
        try:
            return await connection.fetch("SELECT job, slot, past, count(*) FROM job_notes GROUP BY 1, 2, 3")
        finally:
            await connection.close()

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.1)


@asynccontextmanager
async def replicas(url: str, home: Path, count: int) -> AsyncGenerator[Replicas]:
    found = Replicas(url, home)
    connection = await asyncpg.connect(plain_dsn(url))
    await connection.execute(TABLE)
    await connection.close()
    try:
        for _ in range(count):
            await found.start()
        yield found
    finally:
        for pid in list(found.processes):
            await found.kill(pid)


async def _take_over(found: Replicas) -> float:
    """Kill whoever leads; another one leads in time. Returns after how many seconds."""
    killed, began = await found.leader(), time.monotonic()
    await found.kill(killed)

    async def led_again() -> bool:
        return await found.leader() != killed

    await found.until(led_again, REPLACED_IN)
    return time.monotonic() - began


async def _cut_off(found: Replicas) -> float:
    """Cut the leader's own connection; one of them leads again in time. Returns after how many seconds."""
    began = time.monotonic()
    await found.cut_off()
    done = await found.slots()

    async def led_again() -> bool:
        return await found.slots() > done

    await found.until(led_again, REPLACED_IN)
    return time.monotonic() - began


async def test_two_replicas_do_each_slot_once_and_a_leader_that_is_killed_or_cut_off_is_replaced(
    database_url: str, run_home: Path
) -> None:
    async with replicas(database_url, run_home, 2) as found:

        async def two_slots() -> bool:
            return await found.slots() >= 2

        await found.until(two_slots, 90)
        assert len({await found.leader()} & set(found.processes)) == 1
        await _take_over(found)
        await found.start()
        await _cut_off(found)
        notes = await found.notes()
    assert {note["count"] for note in notes} == {1}, "a slot was done twice"
    assert {note["job"] for note in notes} == {job.name for job in JOBS}


@pytest.mark.soak
async def test_ten_minutes_of_two_replicas_with_a_leader_killed_or_cut_off_every_minute(
    database_url: str, run_home: Path
) -> None:
    """Fifty hours of the gym; days pass, slots do not repeat, and none is left out but at a killing."""
    limit = min(600.0, float(os.environ.get("SOAK_SECONDS", "600")))
    async with replicas(database_url, run_home, 2) as found:

        async def running() -> bool:
            return await found.slots() >= 1

        await found.until(running, 90)
        ends, gaps = time.monotonic() + limit, list[float]()
        while time.monotonic() < ends:
            before = await found.slots()

            async def ten_more(before: int = before) -> bool:
                return await found.slots() >= before + 10

            await found.until(ten_more, 90)
            if len(gaps) % 2:
                gaps.append(await _cut_off(found))
            else:
                gaps.append(await _take_over(found))
                await found.start()
        notes = await found.notes()
    assert {note["count"] for note in notes} == {1}, "a slot was done twice"
    slots = [note["slot"] for note in notes if note["job"] == "expire" and not note["past"]]
    assert len(slots) >= 10 * len(gaps)
    print(f"\n{len(slots)} slots of {len(JOBS)} jobs, each once; led again after", end=" ")
    print(", ".join(f"{gap:.1f} s" for gap in gaps), "(killed, cut off, in turns)")
