"""Money of closed months, summed once: every figure still is that of the raw ledger, whatever comes late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from gym.payments.ledger import Ledger
from gym.payments.models import Account, EntryKind
from gym.privacy.erasure import ErasureService
from gym.reports.ranges import DayRange
from gym.reports.rollup.service import MoneyRollupService
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.reports.random_gym import SETTINGS, RandomGym
from tests.reports.test_debts_and_taxes_twice import check_collected, check_taxes
from tests.reports.test_money_twice import check_sums, check_tills

RATE = Decimal(SETTINGS["tax_percent"])
LATE = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, voids_id, receipt_number, reason, staff_id,
    staff_name, at, gym_day)
SELECT gen_random_uuid(), e.account_id, CAST(:kind AS text), {amount}, CAST(:method AS text), {voids},
    {number}, CAST(:reason AS text), CAST(:staff AS uuid), 'Somebody', :now, :day
FROM ledger_entries e WHERE e.id = :of
"""
FREE = """
SELECT e.id FROM ledger_entries e WHERE e.kind = 'payment' AND e.method = 'transfer'
    AND e.id NOT IN (SELECT voids_id FROM ledger_entries WHERE voids_id IS NOT NULL)
    AND e.account_id NOT IN (SELECT account_id FROM ledger_entries WHERE kind = 'refund')
ORDER BY e.at LIMIT 1
"""
ROLLED = """
SELECT month, kind, cause, method, destination, till, plan_id, entries, amount FROM money_months
WHERE month <= :last ORDER BY 1, 2, 3, 4, 5, 6, 7
"""


async def roll(gym: RandomGym) -> int:
    """As many nights as it takes; how many months were summed."""
    total = 0
    while done := await gym.gym.run(Actor.system(), lambda uow: MoneyRollupService(uow).roll_due()):
        total += done
    return total


async def summed(gym: RandomGym) -> set[date]:
    """Months whose sums are used."""
    rows = await gym.rows(
        "SELECT month FROM rolled_money_months EXCEPT SELECT month FROM reopened_money_months"
    )
    return {row["month"] for row in rows}


async def agree(gym: RandomGym, ranges: Sequence[DayRange], rate: Decimal = RATE) -> None:
    assert await check_sums(gym, ranges)
    await check_tills(gym, ranges)
    assert await check_collected(gym, ranges)
    await check_taxes(gym, ranges, rate)


async def write(gym: RandomGym, statement: str, **values: object) -> None:
    async with gym.gym.database.session() as session, session.begin():
        await session.execute(text(statement), values)


async def late(gym: RandomGym, kind: str, of: UUID, day: date) -> None:
    """An entry of an earlier day, in the account of a payment: by somebody else than took that."""
    values = {"kind": kind, "of": of, "day": day, "now": gym.clock.at, "staff": gym.staff[2].id}
    values |= {"method": None if kind in ("charge", "credit") else "cash"}
    values |= {"reason": "late" if kind in ("credit", "void") else None}
    statement = LATE.format(
        amount={"void": "e.amount", "charge": "1"}.get(kind, "0.01"),
        voids="e.id" if kind == "void" else "NULL",
        number="(SELECT max(receipt_number) + 1 FROM ledger_entries)" if kind == "payment" else "NULL",
    )
    await write(gym, statement, **values)


async def test_what_comes_late_reopens_its_month_and_no_other(random_gym: RandomGym) -> None:
    gym, ranges = random_gym, random_gym.ranges()
    assert await roll(gym) >= 7
    closed = await summed(gym)
    await agree(gym, ranges)

    paid = (await gym.rows(FREE))[0]["id"]
    year_end, autumn = date(2025, 12, 31), date(2025, 10, 26)
    for kind, day in (
        ("charge", year_end),
        ("payment", autumn),
        ("credit", date(2026, 1, 1)),
        ("void", year_end),
    ):
        month = day.replace(day=1)
        await late(gym, kind, paid, day)
        assert await summed(gym) == closed - {month}, kind
        await agree(gym, ranges)
        assert await roll(gym) == 1
        assert await summed(gym) == closed
        await agree(gym, ranges)
    marks = await gym.rows("SELECT id FROM reopened_money_months")
    await late(gym, "charge", paid, gym.clock.at.date())
    assert await gym.rows("SELECT id FROM reopened_money_months") == marks, (
        "an entry of the day marks nothing"
    )


async def test_an_entry_that_is_changed_in_spite_of_its_guard_reopens_its_month(
    random_gym: RandomGym,
) -> None:
    """And those of its void: whose till that leaves stands in the payment."""
    gym, ranges = random_gym, random_gym.ranges()
    await roll(gym)
    closed = await summed(gym)
    found = await gym.rows(
        "SELECT p.id, date_trunc('month', p.gym_day)::date AS month,"
        " date_trunc('month', v.gym_day)::date AS voided"
        " FROM ledger_entries p JOIN ledger_entries v ON v.voids_id = p.id WHERE p.staff_id = :staff"
        " ORDER BY v.gym_day - p.gym_day DESC",
        staff=gym.staff[1].id,
    )
    one = next(row for row in found if {row["month"], row["voided"]} <= closed)
    await write(gym, "ALTER TABLE ledger_entries DISABLE TRIGGER append_only")
    await write(gym, "UPDATE ledger_entries SET staff_id = :to WHERE id = :id", to=gym.admin.id, id=one["id"])
    assert await summed(gym) == closed - {one["month"], one["voided"]}
    await agree(gym, ranges)
    await roll(gym)
    await agree(gym, ranges)
    free = (await gym.rows(FREE))[0]["id"]
    await write(gym, "DELETE FROM ledger_entries WHERE id = :id", id=free)
    assert len(await summed(gym)) == len(closed) - 1
    await agree(gym, ranges)


async def test_sums_of_a_clock_that_was_set_back_are_not_used(random_gym: RandomGym) -> None:
    gym, ranges = random_gym, random_gym.ranges()
    await roll(gym)
    closed, now = await summed(gym), gym.clock.at
    gym.clock.at += timedelta(days=200)
    await roll(gym)
    this_month = now.date().replace(day=1)
    assert this_month in await summed(gym)
    gym.clock.at = now
    paid = (await gym.rows(FREE))[0]["id"]
    for kind in ("charge", "payment"):
        await late(gym, kind, paid, now.date())
    await agree(gym, ranges)
    assert await roll(gym) == 0
    assert await summed(gym) == closed, "and a night forgets what that clock summed"
    await late(gym, "charge", paid, now.date())
    gym.clock.at += timedelta(days=200)
    await agree(gym, ranges)


async def test_an_erased_client_leaves_the_sums_as_they_were(random_gym: RandomGym) -> None:
    gym, ranges = random_gym, random_gym.ranges()[:3]
    await roll(gym)
    client, until = gym.clients[0], gym.clock.at.date() - timedelta(days=40)
    before = await gym.rows(ROLLED, last=until)
    async with gym.gym.unit_of_work(gym.admin) as uow:
        await ErasureService(uow).ask(client)
    gym.clock.advance(timedelta(days=1, hours=1))
    async with gym.gym.unit_of_work(Actor.system()) as uow:
        assert await ErasureService(uow).carry_out_due() == 1
    await roll(gym)
    await agree(gym, ranges)
    assert await gym.rows(ROLLED, last=until) == before


async def test_an_entry_of_a_missed_day_that_is_made_up_reopens_its_month(random_gym: RandomGym) -> None:
    """Its time is that day's own, so it does not look late."""
    gym = random_gym
    await roll(gym)
    noon = gym.clock.at - timedelta(days=45)

    async def charge(uow: UnitOfWork) -> None:
        account = await uow.session.scalar(select(Account).where(Account.kind == "subscription").limit(1))
        assert account is not None
        await Ledger(uow).write(account, EntryKind.CHARGE, Decimal("1.00"))

    closed = await summed(gym)
    await gym.gym.run(Actor.system(), charge, as_of=noon)
    assert len(closed - await summed(gym)) == 1
    await check_sums(gym, gym.ranges()[:1])
