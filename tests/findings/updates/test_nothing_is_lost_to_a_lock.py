"""What hinders PostgreSQL for a while is waited out: an update is put aside for its own faults alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, text

from gym.app import Gym
from gym.chats.models import DeadUpdate, InboxUpdate
from gym.chats.schemas import IncomingUpdate
from gym.chats.service import InboxService
from gym.chats.sessions import AutocommitSessions
from gym.core.errors import DatabaseUnavailable

TWO = [IncomingUpdate(5, 1, {"update_id": 5}), IncomingUpdate(6, 2, {"update_id": 6})]


def service(gym: Gym) -> InboxService:
    return InboxService(AutocommitSessions(gym.database), gym.clock)


async def kept_and_dead(gym: Gym) -> tuple[set[int], set[int | None]]:
    async with gym.database.session() as session:
        kept = set(await session.scalars(select(InboxUpdate.update_id)))
        return kept, set(await session.scalars(select(DeadUpdate.update_id)))


@asynccontextmanager
async def locked(gym: Gym, setting: str) -> AsyncGenerator[None]:
    """The inbox is locked, as by a migration, and whoever comes now waits at most 0.2 s."""
    async with gym.database.engine.connect() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(text(f'ALTER DATABASE "{name}" SET {setting} = 200'))
        await connection.commit()
    await gym.database.engine.dispose()
    async with gym.database.engine.connect() as connection:
        await connection.execute(text("SET statement_timeout = 0"))
        await connection.execute(text("LOCK TABLE inbox_updates IN ACCESS EXCLUSIVE MODE"))
        yield
        await connection.rollback()


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
async def test_updates_that_come_while_the_inbox_is_locked_come_again(gym: Gym, setting: str) -> None:
    inbox = service(gym)
    async with locked(gym, setting):
        with pytest.raises(DatabaseUnavailable):
            await inbox.keep(TWO)
    assert await kept_and_dead(gym) == (set(), set()), "the offset has not moved and nothing is given up"
    await inbox.keep(TWO)
    assert await kept_and_dead(gym) == ({5, 6}, set())


async def test_updates_that_come_before_their_column_does_come_again(gym: Gym) -> None:
    inbox = service(gym)
    async with gym.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE inbox_updates RENAME COLUMN excess TO to_come"))
    with pytest.raises(DatabaseUnavailable):
        await inbox.keep(TWO)
    async with gym.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE inbox_updates RENAME COLUMN to_come TO excess"))
    await inbox.keep(TWO)
    assert await kept_and_dead(gym) == ({5, 6}, set())


async def test_a_lock_while_a_batch_is_stored_one_by_one_gives_nothing_up(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value that broke the batch is put aside when its turn comes again."""
    inbox, bad = service(gym), IncomingUpdate(4, 1, {"text": "a\0b"})
    add, calls = inbox._add, list[int]()

    async def hindered(arrivals: list[IncomingUpdate]) -> dict[int, int]:
        calls.append(len(arrivals))
        if len(calls) == 2:
            async with locked(gym, "lock_timeout"):
                return await add(arrivals)
        return await add(arrivals)

    monkeypatch.setattr(inbox, "_add", hindered)
    with pytest.raises(DatabaseUnavailable):
        await inbox.keep([*TWO, bad])
    assert await kept_and_dead(gym) == (set(), set())
    await inbox.keep([*TWO, bad])
    assert await kept_and_dead(gym) == ({5, 6}, {4})
