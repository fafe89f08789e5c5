"""A test gets a database as migrations make it, whatever the test before has done to the same one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest
from sqlalchemy import make_url, text

from gym.core.database.engine import plain_dsn
from tests.support.databases import Clones, administration
from tests.support.travelling_engine import TravellingEngine

ROWS = """
SELECT (SELECT count(*) FROM audit_entries), (SELECT value FROM counters WHERE name = 'receipt'),
       (SELECT settings::text FROM gym_state), (SELECT count(*) FROM alembic_version)
"""
AUDITED = """
INSERT INTO audit_entries (id, at, actor_kind, actor_name, action, subject_type)
SELECT gen_random_uuid(), now(), 'system', 'Ana', 'left', 'behind' FROM generate_series(1, {})
"""


@pytest.fixture
def own_engine(postgres_server: str) -> TravellingEngine:
    return TravellingEngine(postgres_server)


@pytest.fixture
async def own(clones: Clones, own_engine: TravellingEngine) -> AsyncGenerator[Clones]:
    """Clones of this test alone."""
    made = Clones(clones.server, own_engine)
    yield made
    await made.close()


async def connected(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(plain_dsn(url))


async def after(own: Clones, *statements: str) -> tuple[str, str]:
    """The clone that a test with these statements had, and the one of the test after the next."""
    async with own.clone() as first:
        connection = await connected(first)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()
    async with own.clone():
        pass
    async with own.clone() as third:
        return first, third


async def test_the_next_but_one_gets_the_same_clone_without_a_row_of_the_first(own: Clones) -> None:
    async with own.clone() as first:
        connection = await connected(first)
        before = await connection.fetchrow(ROWS)
        await connection.execute(AUDITED.format(5))
        await connection.execute("UPDATE counters SET value = 7")
        await connection.execute("DELETE FROM gym_state")
        await connection.close()
    async with own.clone() as second:
        assert second != first, "the first is cleaned meanwhile"
    async with own.clone() as third:
        assert third == first
        connection = await connected(third)
        assert await connection.fetchrow(ROWS) == before
        await connection.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE left_behind ()"],
        ["DROP INDEX ix_clients_phone"],
        ["ALTER TABLE ledger_entries DISABLE TRIGGER paid_out_once"],
        ["ALTER TABLE ledger_entries DISABLE TRIGGER ALL", "ALTER TABLE ledger_entries ENABLE TRIGGER ALL"],
        ["CREATE OR REPLACE FUNCTION gym_wake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"],
        ["DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); END $$"],
        ["ANALYZE counters"],
    ],
)
async def test_a_clone_is_not_used_again_after(own: Clones, statements: list[str]) -> None:
    first, third = await after(own, *statements)
    assert third != first
    async with administration(own.server) as connection:
        name = make_url(first).database
        assert await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name) == 0


async def test_a_clone_that_has_grown_is_not_used_again(own: Clones) -> None:
    first, third = await after(own, AUDITED.format(2000))
    assert third != first


async def test_whoever_is_still_connected_is_cut_off_and_what_they_held_is_gone(own: Clones) -> None:
    async with own.clone() as first:
        connection = await connected(first)
        await connection.execute("BEGIN; LOCK TABLE clients; SELECT pg_advisory_lock(4711)")
    async with own.clone(), own.clone() as third:
        assert third == first
        again = await connected(third)
        assert await again.fetchval("SELECT pg_try_advisory_lock(4711)")
        await again.close()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.execute("SELECT 1")


async def test_a_connection_waits_for_the_next_test_as_it_was_opened(
    own: Clones, own_engine: TravellingEngine
) -> None:
    pids: list[int] = []
    urls: list[str] = []
    for _ in range(3):
        async with own.clone() as url:
            database = own_engine.at(url)
            async with database.session() as session:
                pids.append(await session.scalar(text("SELECT pg_backend_pid()")) or 0)
                assert await session.scalar(text("SHOW statement_timeout")) == "0"
                await session.execute(text("SET statement_timeout = 200"))
                await session.commit()
            await database.close()
            urls.append(url)
    assert urls[2] == urls[0]
    assert pids[2] == pids[0]
    assert pids[1] != pids[0]


async def test_the_connections_of_a_race_are_closed(own: Clones, own_engine: TravellingEngine) -> None:
    async with own.clone() as url:
        database = own_engine.at(url)

        async def ask() -> None:
            async with database.session() as session:
                await session.execute(text("SELECT pg_sleep(0.01)"))

        await asyncio.gather(*(ask() for _ in range(12)))
        assert len(own_engine.resting(make_url(url).database or "")) == 12
        await database.close()
        assert own_engine.resting(make_url(url).database or "") == []
