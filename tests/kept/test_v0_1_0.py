"""A gym of v0.1.0 is migrated: nothing that it had is lost or changed, and its jobs go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import asyncpg
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection

from gym.app import Gym
from gym.audit.personal_values import PersonalValues
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import alembic_config, carry_out, current, head, upgrade
from gym.jobs.runner import run_due
from tests.kept.facts import facts_of, tables_of
from tests.kept.support import Kept
from tests.support.databases import Clones

FACTS: Final = (
    "accounts",
    "subscriptions",
    "money",
    "clients",
    "staff",
    "kiosks",
    "waiting",
    "dead",
    "drafts",
)
STAYS_WHILE: Final = {
    ("inbox_updates", "payload"): "done_at IS NULL",
    ("notifications", "payload"): "state IN ('pending', 'failed', 'unreachable')",
}
"""Columns of v0.1.0 that may be emptied once they have served; everything else stays word for word."""


async def differences(old: str, new: str) -> dict[str, tuple[list[str], list[str]]]:
    """By table, three rows that are gone and three that are new, in the columns of the old database."""
    before, after = [await asyncpg.connect(plain_dsn(url)) for url in (old, new)]
    changed: dict[str, tuple[list[str], list[str]]] = {}
    for table in await tables_of(before):
        columns = await columns_of(before, table)
        was, now = [await rows_of(one, table, columns) for one in (before, after)]
        if was != now:
            changed[table] = sorted(was - now)[:3], sorted(now - was)[:3]
    await before.close()
    await after.close()
    return changed


TRAIL: Final = """(
SELECT e.id, e.at, e.actor_kind, e.actor_id, coalesce(d.actor_name, e.actor_name) AS actor_name, e.action,
    e.subject_type, e.subject_id, CASE WHEN d.before IS NULL THEN e.before ELSE e.before || d.before END,
    CASE WHEN d.after IS NULL THEN e.after ELSE e.after || d.after END
FROM audit_entries e LEFT JOIN audit_details d ON d.entry_id = e.id
) e (id, at, actor_kind, actor_id, actor_name, action, subject_type, subject_id, before, after)"""
"""The trail as one table, where the personal values stand apart from its rows."""


async def rows_of(connection: asyncpg.Connection, table: str, columns: list[str]) -> set[str]:
    """Every row, as text, of these columns; what may have been emptied is left out."""
    wanted = ", ".join(kept_column(table, name) for name in columns)
    apart = await connection.fetchval("SELECT to_regclass('audit_details') IS NOT NULL")
    source = TRAIL if table == "audit_entries" and apart else f'"{table}"'
    found = await connection.fetch(f"SELECT t::text AS row FROM (SELECT {wanted} FROM {source}) t")
    return {row["row"] for row in found}


def kept_column(table: str, name: str) -> str:
    needed = STAYS_WHILE.get((table, name))
    return f'CASE WHEN {needed} THEN "{name}" END' if needed else f'"{name}"'


async def columns_of(connection: asyncpg.Connection, table: str) -> list[str]:
    names = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = $1 ORDER BY ordinal_position",
        table,
    )
    return [row["column_name"] for row in names]


async def test_every_fact_is_as_true_as_before(database_url: str, facts: dict[str, Any]) -> None:
    """Money to the cent, statuses, days, visits, people, what waits and what is half filled in."""
    connection = await asyncpg.connect(plain_dsn(database_url))
    found = await facts_of(connection)
    await connection.close()
    for name in FACTS:
        assert found[name] == facts[name], name
    assert {table: found["counts"][table] for table in facts["counts"]} == facts["counts"]


async def test_no_migration_changes_a_word(clones: Clones, kept: Kept) -> None:
    """Row for row, in every column that v0.1.0 had."""
    async with clones.copy_of(kept.before) as old, clones.copy_of(kept.after) as new:
        assert await differences(old, new) == {}


async def test_personal_values_of_the_old_trail_stand_apart_with_their_digest(
    clones: Clones, kept: Kept
) -> None:
    async with clones.copy_of(kept.after) as url:
        connection = await asyncpg.connect(plain_dsn(url))
        found = await connection.fetch(
            "SELECT d.salt, d.actor_name, d.before, d.after, e.digest FROM audit_details d"
            " JOIN audit_entries e ON e.id = d.entry_id"
        )
        names = await connection.fetchval(
            "SELECT count(*) FROM audit_entries e JOIN clients c ON c.id = e.subject_id"
            " WHERE c.last_name <> '' AND position(c.last_name in CAST(e.after AS text)) > 0"
        )
        await connection.close()
    assert len(found) > 20
    assert names == 0
    for row in found:
        before, after = (json.loads(value) if value else None for value in (row["before"], row["after"]))
        assert PersonalValues(row["actor_name"], before, after).digest(row["salt"]) == row["digest"]


async def test_every_migration_since_can_be_taken_back_and_made_again(clones: Clones, kept: Kept) -> None:
    async with clones.copy_of(kept.before) as old, clones.copy_of(kept.after) as new:
        release = await revision_of(old)
        await migrate(new, command.downgrade, release)
        assert await revision_of(new) == release
        assert await differences(old, new) == {}
        await migrate(new, command.upgrade, "head")
        assert await revision_of(new) == head()
        assert await differences(old, new) == {}


async def revision_of(url: str) -> str:
    database = Database(url)
    found = await current(database)
    await database.close()
    assert found is not None
    return found


async def migrate(url: str, way: Callable[[AlembicConfig, str], None], revision: str) -> None:
    """Alembic's own command on a database."""

    def work(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        way(config, revision)

    database = Database(url)
    await carry_out(database, work)
    await database.close()


async def test_a_second_migration_does_nothing(database_url: str, facts: dict[str, Any]) -> None:
    database = Database(database_url)
    try:
        await upgrade(database)
        assert await current(database) == head()
    finally:
        await database.close()
    connection = await asyncpg.connect(plain_dsn(database_url))
    assert (await facts_of(connection))["money"] == facts["money"]
    await connection.close()


def test_the_kept_gym_has_what_v0_1_0_let_happen(facts: dict[str, Any]) -> None:
    """It is worth keeping because of its faults too: money handed back twice, documents read wrongly."""
    assert {one["status"] for one in facts["subscriptions"]} == {
        "scheduled",
        "pending_payment",
        "active",
        "frozen",
        "expired",
        "lapsed",
        "canceled",
    }
    below = [sums for account in facts["accounts"] if paid_and_kept(sums := account["entries"]) < 0]
    assert len(below) == 2
    karen = [one for one in facts["subscriptions"] if one["key"].startswith("Karen")]
    (unbegun,) = [one for one in karen if one["status"] == "canceled"]
    assert unbegun["balance"] == "150000.00"


def paid_and_kept(entries: str) -> Decimal:
    """Payments less voids and refunds of an account, from its sums by kind."""
    sums = {kind: Decimal(total) for kind, total in (one.split() for one in entries.split(", ") if one)}
    return sums.get("payment", Decimal(0)) - sums.get("void", Decimal(0)) - sums.get("refund", Decimal(0))


async def test_the_jobs_run_today_and_ten_days_later_without_a_fault(gym: Gym) -> None:
    assert (await run_due(gym.run)).failed == []
    await gym.advance_clock(timedelta(days=10))
    assert (await run_due(gym.run)).failed == []
