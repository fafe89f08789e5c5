"""The hot path through a pooler, and over a network that falls silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select, text

from gym.app import Gym
from gym.attendance.models import CheckIn
from gym.core.database import direct_pool as lanes
from gym.core.database import engine as databases
from gym.core.database.engine import Database
from gym.core.database.statements import Statement
from gym.core.errors import DatabaseUnavailable
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.support.door import Door
from tests.support.people import people
from tests.support.wire import Wire
from web.app import make_app

DOCUMENT = {"document_number": "1020304050", "phone_last4": "4567"}
ONE = Statement("SELECT CAST(:one AS int) AS one")


@asynccontextmanager
async def door_over(door: Door, gym: Gym) -> AsyncGenerator[Door]:
    """The same kiosk before another server of its gym."""
    async with TestClient(TestServer(make_app(gym))) as client:
        yield replace(door, gym=gym, client=client)


async def test_behind_a_pooler_each_statement_may_meet_another_server_process(door: Door) -> None:
    member = await door.member("Rosa")
    await door.enrol(member.id, people()[0])
    async with Wire(door.gym.database.url, servers=2).open() as wire:
        database = Database(wire.address, pool_size=4, pooler=True)
        try:
            async with door_over(door, replace(door.gym, database=database)) as pooled:
                shown = await pooled.show(people()[0].photo(2), key="visit-1")
                typed = await pooled.say(key="visit-2", **DOCUMENT)
                again = await pooled.say(key="visit-2", **DOCUMENT)
                at_once = await asyncio.gather(
                    *(pooled.say(key=f"twin-{n % 2}", **DOCUMENT) for n in range(8))
                )
                bodies = [await answer.read() for answer in (shown, typed, again)]
        finally:
            await database.close()
    assert [json.loads(body)["code"] for body in bodies] == ["admitted", "already_inside", "already_inside"]
    assert bodies[1] == bodies[2]
    assert {answer.status for answer in at_once} <= {201, 409}
    assert wire.met == {0, 1}
    async with door.gym.unit_of_work(Actor.system()) as uow:
        counted = select(func.count()).select_from(CheckIn).where(CheckIn.counted)
        assert await uow.session.scalar(counted) == 1


@asynccontextmanager
async def over_wire(gym: Gym, pool_size: int) -> AsyncGenerator[tuple[Wire, Gym]]:
    """The same gym with a network between it and PostgreSQL."""
    async with Wire(gym.database.url, servers=1).open() as wire:
        database = Database(wire.address, pool_size=pool_size)
        try:
            yield wire, replace(gym, database=database)
        finally:
            await database.close()


async def test_a_network_that_falls_silent_keeps_nobody_and_is_left_for_a_new_connection(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "PATIENCE", 0.2)
    async with over_wire(gym, 4) as (wire, over):
        direct_pool = over.database.direct_pool
        assert await direct_pool.row(ONE, {"one": 1})
        wire.is_silent = True
        with pytest.raises(DatabaseUnavailable):
            async with over.within_reach():
                await direct_pool.row(ONE, {"one": 1})
        wire.is_silent = False
        row = None
        while row is None:  # a busy machine may be slower than so little patience
            with suppress(TimeoutError):
                row = await direct_pool.row(ONE, {"one": 2})
        assert row["one"] == 2


async def test_a_silent_network_is_given_up_with_every_connection_that_leads_over_it(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "PATIENCE", 0.5)
    async with over_wire(gym, 2) as (wire, over):

        async def process(uow: UnitOfWork) -> int:
            return await uow.session.scalar(text("SELECT pg_backend_pid() FROM pg_sleep(0.1)")) or 0

        async def two() -> set[int]:
            async with asyncio.timeout(60):
                while True:  # a busy machine may be slower than so little patience
                    with suppress(DatabaseUnavailable):
                        both = (over.run(Actor.system(), process) for _ in range(2))
                        return set(await asyncio.gather(*both))

        before = await two()
        wire.is_silent = True
        with pytest.raises(DatabaseUnavailable):
            await over.run(Actor.system(), process)
        wire.is_silent = False
        after = await two()
    assert len(before) == 2
    assert before & after == set()
