"""Queries of debts as of the end of a gym day, and of what was collected of them over a range.

A debt is what is owed for a plan that has begun, or for products on a client's account; its age counts from
the plan's first day or the day of the sale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.debts.reading import debts_of
from gym.reports.ranges import DayRange


class DebtAge(StrEnum):
    """Bands of days since the plan began, or the products were sold."""

    WEEK = "0-7"
    MONTH = "8-30"
    QUARTER = "31-90"
    OLDER = "older"


LAST_DAYS: Final = {DebtAge.WEEK: 7, DebtAge.MONTH: 30, DebtAge.QUARTER: 90}
"""The highest age in days of a band."""
# A balance of an earlier day is today's less what the ledger has moved since.
_OWING_THEN: Final = """
    SELECT a.id AS account_id, a.client_id, a.balance - coalesce(l.moved, 0) AS owed, a.snoozed_until
    FROM accounts a LEFT JOIN (
        SELECT account_id, sum(CASE WHEN kind IN ('charge', 'opening', 'refund', 'void') THEN amount
            ELSE -amount END) AS moved
        FROM ledger_entries WHERE gym_day > :day GROUP BY account_id
    ) l ON l.account_id = a.id
    WHERE (a.balance > 0 OR l.moved <> 0) AND a.balance - coalesce(l.moved, 0) > 0 AND a.kind <> 'credit'
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
# Nearly every account is settled on the day on which its plan begins or its products are sold. Those that an
# entry moved later are found by that day, and the ledger is read for them alone.
COLLECTED: Final = text("""
WITH late AS MATERIALIZED (
    SELECT a.id AS account_id, s.starts_on AS since
    FROM accounts a JOIN subscriptions s ON s.account_id = a.id
    WHERE a.last_entry_day > s.starts_on AND a.last_entry_day >= :first
    UNION ALL
    SELECT a.id, p.gym_day FROM accounts a JOIN sales p ON p.account_id = a.id
    WHERE a.last_entry_day > p.gym_day AND a.last_entry_day >= :first
)
SELECT m.gym_day, sum(m.payments) AS payments, sum(m.net) AS amount
FROM (
    SELECT e.gym_day, 1 AS payments, e.amount AS net
    FROM late l JOIN ledger_entries e ON e.account_id = l.account_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind = 'payment' AND e.method <> 'credit'
        AND e.gym_day > l.since AND e.cause IS DISTINCT FROM 'surplus'
    UNION ALL
    SELECT e.gym_day, 0, -e.amount
    FROM late l JOIN ledger_entries e ON e.account_id = l.account_id
        JOIN ledger_entries paid ON paid.id = e.voids_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind = 'void' AND e.method <> 'credit'
        AND paid.gym_day > l.since AND paid.cause IS DISTINCT FROM 'surplus'
) m
GROUP BY m.gym_day ORDER BY m.gym_day
""")


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

    async def collected(self, days: DayRange) -> Sequence[CollectedDay]:
        rows = (await self.session.execute(COLLECTED, {"first": days.first, "last": days.last})).all()
        return [CollectedDay(row.gym_day, row.payments, row.amount) for row in rows]
