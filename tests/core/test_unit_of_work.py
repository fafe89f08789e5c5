"""The unit of work: one transaction with its trail and its messages."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.config import ConfigError
from gym.core.errors import Conflict
from gym.notifications.models import Notification, NotificationKind
from gym.notifications.outbox import DESK
from gym.security.permissions import Actor
from gym.settings.models import Counter, GymKind
from tests.support.messages.samples import complete


async def count(gym: Gym, model: type) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_change_its_trail_and_its_message_commit_together(gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        uow.audit("thing.done", ("thing", None), None, {"amount": 5})
        uow.notify(DESK, complete(NotificationKind.DESK_JOB_FAILED, {"job": "x"}))
    assert await count(gym, AuditEntry) == 1
    assert await count(gym, Notification) == 1


async def test_an_exception_takes_everything_back(gym: Gym, admin: Actor) -> None:
    async def fail() -> None:
        async with gym.unit_of_work(admin) as uow:
            uow.audit("thing.done", ("thing", None))
            uow.notify(DESK, complete(NotificationKind.DESK_JOB_FAILED, {}))
            raise Conflict

    with pytest.raises(Conflict):
        await fail()
    assert await count(gym, AuditEntry) == 0
    assert await count(gym, Notification) == 0


async def test_a_reminder_with_the_same_key_is_created_once(gym: Gym) -> None:
    for _ in range(2):
        async with gym.unit_of_work(Actor.system()) as uow:
            for _ in range(2):
                uow.notify(DESK, complete(NotificationKind.DESK_JOB_FAILED, {}), dedup_key="job:2026-08-03")
    assert await count(gym, Notification) == 1


async def test_work_that_loses_a_deadlock_is_done_again(gym: Gym) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add_all([Counter(name="a"), Counter(name="b")])
    first_has_locked = asyncio.Event()

    async def take(first: str, second: str) -> None:
        async def work(uow) -> None:
            await uow.session.get(Counter, first, with_for_update=True)
            if not first_has_locked.is_set():
                first_has_locked.set()
            await uow.session.execute(text("SELECT pg_sleep(0.02)"))
            row = await uow.session.get(Counter, second, with_for_update=True)
            row.value += 1

        await gym.run(Actor.system(), work)

    await asyncio.gather(take("a", "b"), take("b", "a"))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert [row.value for row in await uow.session.scalars(select(Counter).order_by(Counter.name))][
            :2
        ] == [1, 1]


async def test_the_business_clock_moves_only_in_a_sandbox(gym: Gym) -> None:
    before = await gym.now()
    with pytest.raises(ConfigError):
        await gym.advance_clock(timedelta(days=1))
    await gym.stamp(GymKind.SANDBOX)
    assert await gym.advance_clock(timedelta(days=1)) == before + timedelta(days=1)
    with pytest.raises(ValueError, match="forward"):
        await gym.advance_clock(timedelta(days=-1))


async def test_a_database_refuses_to_become_the_other_kind_of_gym(gym: Gym) -> None:
    await gym.stamp(GymKind.REAL)
    await gym.stamp(GymKind.REAL)
    with pytest.raises(ConfigError, match="TELEGRAM_BOT_TOKEN"):
        await gym.stamp(GymKind.SANDBOX)


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
async def test_the_trail_cannot_be_rewritten(gym: Gym, admin: Actor, statement: str) -> None:
    async with gym.unit_of_work(admin) as uow:
        uow.audit("thing.done", ("thing", None))
    with pytest.raises(DBAPIError, match="append-only"):
        async with gym.unit_of_work(admin) as uow:
            await uow.session.execute(text(statement))
