"""Days are counted alike whatever zone the PostgreSQL server has: one of one's own has its machine's."""

from __future__ import annotations

from datetime import date, timedelta

import asyncpg

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.database.engine import Database
from gym.core.database.statements import Statement
from gym.reports.figures.active import ActiveRepository
from gym.reports.figures.terms import FigureTerms
from tests.support.memberships import DeskClerk

SANTIAGO = "America/Santiago"
"""On 6 September 2026 its clocks go from midnight to one o'clock."""


async def test_a_servers_clock_that_jumps_at_midnight_loses_no_day(
    gym: Gym, boss: DeskClerk, clock: FrozenClock
) -> None:
    clock.advance(timedelta(days=48))
    await boss.pay(await boss.sell(await boss.client(), await boss.plan(), date(2026, 9, 1)))
    async with gym.unit_of_work(boss.actor) as uow:
        terms = FigureTerms.of(date(2026, 9, 1), date(2026, 9, 20), uow.today, uow.settings)
    async with gym.database.direct() as connection:
        name = await connection.fetchval("SELECT current_database()")
        await connection.execute(f"ALTER DATABASE \"{name}\" SET timezone = '{SANTIAGO}'")
        try:
            await _check(gym.database.url, terms)
        finally:
            await connection.execute(f'ALTER DATABASE "{name}" RESET timezone')


async def _check(url: str, terms: FigureTerms) -> None:
    """On connections that are opened now."""
    plain = await asyncpg.connect(url.replace("+asyncpg", ""))
    assert await plain.fetchval("SHOW timezone") == SANTIAGO, "the server's own zone is another one"
    await plain.close()
    database = Database(url)
    try:
        async with database.session() as session:
            days = await ActiveRepository(session).each_day(terms)
        zone = await database.direct_pool.row(Statement("SELECT current_setting('timezone') AS zone"), {})
    finally:
        await database.close()
    assert [one.clients for one in days] == [1] * 20
    assert zone is not None
    assert zone["zone"] == "UTC"
