"""An account knows the first and the last day on which its entries moved it; the migration tells old ones."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import text

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk

MIGRATION = next((Path(__file__).parents[2] / "migrations" / "versions").glob("*_entry_days.py"))
WRONG = """
SELECT count(*) FILTER (WHERE (a.first_entry_day, a.last_entry_day) IS DISTINCT FROM (e.first, e.last)),
    count(*) FILTER (WHERE e.first < e.last), count(*) FILTER (WHERE e.first = e.last),
    count(*) FILTER (WHERE e.first IS NULL)
FROM accounts a LEFT JOIN (
    SELECT account_id, min(gym_day) AS first, max(gym_day) AS last FROM ledger_entries GROUP BY account_id
) e ON e.account_id = a.id
"""


async def compared(gym: Gym) -> tuple[int, ...]:
    """Accounts whose days are wrong; those of several days, of one, and without entries."""
    async with gym.unit_of_work(Actor.system()) as uow:
        return tuple((await uow.session.execute(text(WRONG))).one())


async def test_the_days_of_an_account_are_those_of_its_entries(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    desk = DeskClerk(gym, admin)
    plan, free = await desk.plan(), await desk.plan(Decimal(0), name="Free")
    sold = [await desk.sell(await desk.client(f"Client {number}"), plan) for number in range(3)]
    await desk.sell(await desk.client("Guest"), free)
    await desk.pay(sold[0])
    clock.advance(timedelta(days=3))
    await desk.pay(sold[1])
    assert await compared(gym) == (0, 1, 2, 1)
    spec = importlib.util.spec_from_file_location("entry_days", MIGRATION)
    assert spec is not None
    assert spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE accounts SET first_entry_day = NULL, last_entry_day = NULL"))
    assert (await compared(gym))[0] == 3
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text(migration.FILL))
    assert (await compared(gym))[0] == 0
