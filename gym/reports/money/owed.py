"""Queries of debts as of the end of a gym day, and of what was collected of them over a range.

A debt is what is owed for a plan that has begun, or for products on a client's account; its age counts from
the plan's first day or the day of the sale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.debts.reading import debts_of
from gym.reports.ranges import DayRange
from gym.reports.rollup.collected import collected
from gym.reports.rollup.months import months_of


class DebtAge(StrEnum):
    """Bands of days since the plan began, or the products were sold."""

    WEEK = "0-7"
    MONTH = "8-30"
    QUARTER = "31-90"
    OLDER = "older"


LAST_DAYS: Final = {DebtAge.WEEK: 7, DebtAge.MONTH: 30, DebtAge.QUARTER: 90}
"""The highest age in days of a band."""
# A balance of an earlier day is today's less what the ledger has moved since. Nearly every account is settled
# on one day: the ledger is read for those alone that were moved up to that day and after it.
_OWING_THEN: Final = """
    SELECT a.id AS account_id, a.client_id, a.balance AS owed, a.snoozed_until
    FROM accounts a WHERE a.balance > 0 AND a.kind <> 'credit' AND a.last_entry_day <= :day
    UNION ALL
    SELECT a.id, a.client_id, a.balance - l.moved, a.snoozed_until
    FROM accounts a CROSS JOIN LATERAL (
        SELECT sum(CASE WHEN e.kind IN ('charge', 'opening', 'refund', 'void') THEN e.amount
            ELSE -e.amount END) AS moved
        FROM ledger_entries e WHERE e.account_id = a.id AND e.gym_day > :day
    ) l
    WHERE a.first_entry_day <= :day AND a.last_entry_day > :day AND a.kind <> 'credit'
        AND a.balance - l.moved > 0
"""
OWED: Final = text(f"""
SELECT d.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, d.what, d.since,
    d.snoozed_until, d.owed
FROM ({debts_of(_OWING_THEN)}) d JOIN clients c ON c.id = d.client_id
WHERE d.begun ORDER BY d.since, d.id
""")  # noqa: S608 - constants
OWED_SUMS: Final = text(f"""
SELECT count(*) AS debts, coalesce(sum(d.owed), 0) AS owed,
    coalesce(sum(d.owed) FILTER (WHERE d.snoozed_until > :day), 0) AS put,
    coalesce(sum(d.owed) FILTER (WHERE d.snoozed_until <= :day), 0) AS broken
FROM ({debts_of(_OWING_THEN)}) d WHERE d.begun
""")  # noqa: S608 - constants
OWED_NOW: Final = text(f"""
SELECT count(*) AS debts, coalesce(sum(d.owed), 0) AS owed FROM ({debts_of()}) d WHERE d.begun
""")  # noqa: S608 - constants
_MONTHS: Final = months_of(
    "rolled_money_months", "reopened_money_months", "r.tax_percent IS NOT NULL AND r.rolled_at <= :now"
)
COLLECTED: Final = text(f"""
WITH {_MONTHS}
SELECT d.gym_day, d.payments, d.amount
FROM months m JOIN collected_days d ON d.gym_day BETWEEN m.begins AND m.ends WHERE m.is_rolled
UNION ALL
SELECT c.gym_day, sum(c.payments), sum(c.net)
FROM months m CROSS JOIN LATERAL ({collected("m.begins", "m.ends")} OFFSET 0) c WHERE NOT m.is_rolled
GROUP BY c.gym_day ORDER BY gym_day
""")  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class OwedDebt:
    """What one client owed for one plan, or one sale of products, at the end of a day."""

    client_id: UUID
    client_name: str
    what: str
    """The plan's name, or the pieces with their names."""
    since: date
    promised: date | None
    """Until when it is put off, as it stands now."""
    owed: Decimal
    days: int

    @property
    def age(self) -> DebtAge:
        return next((age for age, last in LAST_DAYS.items() if self.days <= last), DebtAge.OLDER)


@dataclass(frozen=True, slots=True)
class CollectedDay:
    """What came in for debts on one day."""

    day: date
    payments: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OwedSums:
    """How many debts there were at the end of a day, what they came to, and what of that was put off."""

    debts: int
    owed: Decimal
    put: Decimal
    """Until a day to come."""
    broken: Decimal
    """Until a day that had come."""


class OwedRepository:
    """One statement each."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def owed(self, day: date) -> Sequence[OwedDebt]:
        """The oldest first."""
        rows = (await self.session.execute(OWED, {"day": day})).all()
        return [
            OwedDebt(
                row.client_id,
                row.client_name,
                row.what,
                row.since,
                row.snoozed_until,
                row.owed,
                (day - row.since).days,
            )
            for row in rows
        ]

    async def sums(self, day: date) -> OwedSums:
        """What `owed` comes to, without its rows."""
        row = (await self.session.execute(OWED_SUMS, {"day": day})).one()
        return OwedSums(row.debts, row.owed, row.put, row.broken)

    async def owed_now(self, day: date) -> tuple[int, Decimal]:
        """How many debts, and how much."""
        row = (await self.session.execute(OWED_NOW, {"day": day})).one()
        return row.debts, row.owed

    async def collected(self, days: DayRange, now: datetime) -> Sequence[CollectedDay]:
        """Of months that were summed after `now`, by a clock that was set back, the entries are read."""
        terms = {"first": days.first, "last": days.last, "now": now}
        rows = (await self.session.execute(COLLECTED, terms)).all()
        return [CollectedDay(row.gym_day, row.payments, row.amount) for row in rows]
