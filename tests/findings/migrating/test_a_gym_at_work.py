"""A gym is migrated while its door, its bot and a backup are at work: nobody waits longer than a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Final

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection

from gym.core.database import migrations as migrate
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import alembic_config, carry_out, current, head, upgrade
from gym.core.postgres import PostgresUnavailable
from tests.support.databases import Clones, administration, database_url

RELEASED: Final = "0009"
BEFORE_THEY_ARE_EMPTIED: Final = "0018"
BEFORE_CONVERSATIONS: Final = "0057"
BUSY: Final = ("check_ins", "inbox_updates", "notifications", "refresh_tokens", "subscriptions")
"""What the door, the inbox, the outbox and a kiosk's sign-in write all day."""
OLD_ROWS: Final = """
INSERT INTO notifications (id, recipient_kind, kind, payload, dedup_key, rank, state, created_at, due_at,
    next_try_at, attempts)
SELECT gen_random_uuid(), 'desk', 'desk_job_failed', '{"job": "Rosa Vargas"}', 'k' || i, 1, 'sent', now(),
    now(), now(), 1
FROM generate_series(1, 20000) i
"""
WAITING: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def to(revision: str, connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.fixture
async def old(clones: Clones, request: pytest.FixtureRequest) -> AsyncGenerator[Database]:
    """A gym of the release before, with messages that have left."""
    name = f"old_{abs(hash(request.node.name))}"
    async with administration(clones.server) as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    database = Database(database_url(clones.server, name))
    await carry_out(database, partial(to, RELEASED))
    async with database.direct() as connection:
        await connection.execute(OLD_ROWS)
    yield database
    await database.close()
    async with administration(clones.server) as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def connected(database: Database) -> asyncpg.Connection:
    return await asyncpg.connect(plain_dsn(database.url))


async def somebody_waits(watcher: asyncpg.Connection) -> None:
    """The migration has met what is held."""
    async with asyncio.timeout(60):
        while not await watcher.fetchval(WAITING):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)


async def writes(connection: asyncpg.Connection, table: str, patience: str) -> None:
    """Whoever writes a row of it; raises `LockNotAvailableError` when that takes longer."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{patience}'")
        await connection.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")


async def test_old_messages_are_emptied_while_everybody_goes_on(old: Database) -> None:
    """One of them is held for longer than the migration waits, so it is begun twice."""
    await carry_out(old, partial(to, BEFORE_THEY_ARE_EMPTIED))
    holder, door = await connected(old), await connected(old)
    held = holder.transaction()
    await held.start()
    await holder.execute("SELECT 1 FROM notifications WHERE dedup_key = 'k20000' FOR UPDATE")
    migration = asyncio.create_task(upgrade(old))
    await somebody_waits(door)
    for table in BUSY:
        await writes(door, table, "300ms")
    await asyncio.sleep(1.5)
    await held.rollback()
    await migration
    assert await current(old) == head()
    assert await door.fetchval("SELECT count(*) FROM notifications WHERE payload <> '{}'") == 0
    await holder.close()
    await door.close()


async def test_a_backup_keeps_the_migration_waiting_and_nobody_else(old: Database) -> None:
    backup, door = await connected(old), await connected(old)
    held = backup.transaction()
    await held.start()
    await backup.execute("LOCK TABLE notifications IN ACCESS SHARE MODE")
    migration = asyncio.create_task(upgrade(old))
    await somebody_waits(door)
    await writes(door, "check_ins", "300ms")
    await writes(door, "notifications", "8s")
    assert not migration.done()
    await held.rollback()
    await migration
    assert await current(old) == head()
    await backup.close()
    await door.close()


async def test_a_migration_that_cannot_be_done_says_why_and_goes_on_the_next_time(
    old: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "PAUSES", ())
    backup = await connected(old)
    held = backup.transaction()
    await held.start()
    await backup.execute("LOCK TABLE notifications IN ACCESS SHARE MODE")
    with pytest.raises(PostgresUnavailable, match="a backup"):
        await upgrade(old)
    assert await current(old) not in {RELEASED, head()}
    await held.rollback()
    await upgrade(old)
    assert await current(old) == head()
    await backup.close()


async def test_an_index_that_could_not_be_built_leaves_nothing_half_done_for_the_next_start(
    old: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await carry_out(old, partial(to, BEFORE_CONVERSATIONS))
    outbox = await connected(old)
    held = outbox.transaction()
    await held.start()
    await outbox.execute("LOCK TABLE notifications IN ROW EXCLUSIVE MODE")
    with monkeypatch.context() as at_once:
        at_once.setattr(migrate, "PAUSES", ())
        with pytest.raises(PostgresUnavailable):
            await upgrade(old)
    assert await current(old) == BEFORE_CONVERSATIONS
    await held.rollback()
    await upgrade(old)
    assert await current(old) == head()
    await outbox.close()
