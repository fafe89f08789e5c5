"""Queries of money that moved: sums of a range by day, method, account, staff and plan; tills; what was
billed.

Money moves by payments, voids and refunds of the methods of a till, each on its own gym day; a void
counts for whoever took the payment and for the account it went to. Paying with a client's credit moves none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.payments.models import EntryCause, EntryKind, Method
from gym.reports.results import ZERO, Asked


class Grouping(StrEnum):
    """By what money is summed; the keys of the report's tables."""

    ALL = "all"
    DAY = "day"
    METHOD = "method"
    ACCOUNT = "acct"
    STAFF = "staff"
    PLAN = "plan"


GROUPED_BY: Final = {
    0b01111: Grouping.DAY,
    0b10111: Grouping.METHOD,
    0b10011: Grouping.ACCOUNT,
    0b11101: Grouping.STAFF,
    0b11110: Grouping.PLAN,
    0b11111: Grouping.ALL,
}
"""PostgreSQL's `grouping(gym_day, method, destination, till, plan_id)`: a bit is set for what is summed
over.
"""
MOVED: Final = """
    SELECT e.id, e.kind, e.amount, e.method, e.gym_day, e.at, e.account_id,
        coalesce(v.id, e.id) AS shown_id, coalesce(v.receipt_number, e.receipt_number) AS receipt_number,
        coalesce(v.destination, e.destination) AS destination,
        CASE WHEN v.id IS NULL THEN e.staff_id ELSE v.staff_id END AS till,
        CASE WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END AS net, s.plan_id
    FROM ledger_entries e
    LEFT JOIN ledger_entries v ON v.id = e.voids_id
    LEFT JOIN subscriptions s ON s.account_id = e.account_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind IN ('payment', 'void', 'refund') AND e.method <>
    'credit'
"""
_SUMS: Final = """
    count(*) FILTER (WHERE kind = 'payment') AS payments,
    coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0) AS received,
    coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0) AS voided,
    coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded
"""
# Voids alone are joined with what they undo: some hundred among a hundred thousand.
_SUMMED: Final = """
    SELECT e.kind, e.amount, e.method, e.gym_day, e.destination, e.staff_id AS till, e.account_id
    FROM ledger_entries e
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind IN ('payment', 'refund') AND e.method <> 'credit'
    UNION ALL
    SELECT e.kind, e.amount, e.method, e.gym_day, v.destination, v.staff_id, e.account_id
    FROM ledger_entries e JOIN ledger_entries v ON v.id = e.voids_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind = 'void' AND e.method <> 'credit'
"""
_OWN: Final = "(CAST(:staff AS uuid) IS NULL OR till = :staff)"
# Days are summed apart: in one pass with all the rest each of a hundred thousand rows went into six groups,
# here into two, and what is left to group are some hundred rows.
SUMS: Final = text(
    f"""
WITH moved AS MATERIALIZED (
    SELECT m.kind, m.amount, m.method, m.gym_day, m.destination, m.till, s.plan_id
    FROM ({_SUMMED}) m LEFT JOIN subscriptions s ON s.account_id = m.account_id WHERE {_OWN}
), parts AS MATERIALIZED (
    SELECT method, destination, till, plan_id, {_SUMS} FROM moved GROUP BY 1, 2, 3, 4
), grouped AS (
    SELECT 15 AS bits, gym_day, NULL AS method, NULL AS destination, CAST(NULL AS uuid) AS till,
        CAST(NULL AS uuid) AS plan_id, {_SUMS}
    FROM moved GROUP BY gym_day
    UNION ALL
    SELECT 16 + grouping(method, destination, till, plan_id), NULL, method, destination, till, plan_id,
        CAST(coalesce(sum(payments), 0) AS bigint), coalesce(sum(received), 0), coalesce(sum(voided), 0),
        coalesce(sum(refunded), 0)
    FROM parts GROUP BY GROUPING SETS ((method), (method, destination), (till), (plan_id), ())
)
SELECT g.*, left(md5(g.destination), 12) AS destination_key, st.name AS staff_name, p.name AS plan_name
FROM grouped g
LEFT JOIN staff st ON st.id = g.till
LEFT JOIN plans p ON p.id = g.plan_id
ORDER BY g.bits, g.gym_day, g.received - g.voided - g.refunded DESC, g.method, g.destination, st.name, p.name
"""  # noqa: S608 - constants
)
TOTALS: Final = text(f"SELECT {_SUMS} FROM ({_SUMMED}) moved WHERE {_OWN}")  # noqa: S608
# A till that was counted though no money moved in it has its row too: what was found there is a difference.
# An opening is all that moved before, so years are read for each: voids alone are joined with what they undo,
# and each part is summed before the parts meet.
_TILLED: Final = """
    SELECT e.staff_id AS till, e.method,
        coalesce(sum(CASE WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END)
            FILTER (WHERE e.gym_day < :since), 0) AS opening,
        coalesce(sum(e.amount) FILTER (WHERE e.gym_day >= :since AND e.kind = 'payment'), 0) AS came,
        coalesce(sum(e.amount) FILTER (WHERE e.gym_day >= :since AND e.kind = 'refund'), 0) AS went
    FROM ledger_entries e
    WHERE e.gym_day <= :last AND e.kind IN ('payment', 'refund') AND e.method <> 'credit'
    GROUP BY e.staff_id, e.method
    UNION ALL
    SELECT v.staff_id, e.method, coalesce(-sum(e.amount) FILTER (WHERE e.gym_day < :since), 0), 0,
        coalesce(sum(e.amount) FILTER (WHERE e.gym_day >= :since), 0)
    FROM ledger_entries e JOIN ledger_entries v ON v.id = e.voids_id
    WHERE e.gym_day <= :last AND e.kind = 'void' AND e.method <> 'credit'
    GROUP BY v.staff_id, e.method
"""
TILLS: Final = text(
    f"""
SELECT st.id AS till, st.name AS staff_name, coalesce(g.method, c.method) AS method,
    coalesce(g.opening, 0) AS opening, coalesce(g.came, 0) AS came, coalesce(g.went, 0) AS went,
    coalesce(c.counts, 0) AS counts, coalesce(c.difference, 0) AS difference
FROM (
    SELECT till, method, sum(opening) AS opening, sum(came) AS came, sum(went) AS went
    FROM ({_TILLED}) parts WHERE till IS NOT NULL AND {_OWN} GROUP BY till, method
) g
FULL JOIN (
    SELECT staff_id, method, count(*) AS counts, sum(difference) AS difference
    FROM (
        SELECT DISTINCT ON (gym_day, staff_id, method) staff_id, method, difference FROM cash_counts
        WHERE gym_day BETWEEN :since AND :last ORDER BY gym_day, staff_id, method, at DESC, id DESC
    ) latest GROUP BY staff_id, method
) c ON c.staff_id = g.till AND c.method = g.method
JOIN staff st ON st.id = coalesce(g.till, c.staff_id)
WHERE CAST(:staff AS uuid) IS NULL OR st.id = :staff
ORDER BY st.name, st.id, coalesce(g.method, c.method)
"""  # noqa: S608
)
BILLED: Final = text("""
SELECT e.kind, e.cause, count(*) AS entries, sum(e.amount) AS amount
FROM ledger_entries e
WHERE e.gym_day BETWEEN :first AND :last AND e.kind IN ('charge', 'credit')
    AND e.account_id NOT IN (SELECT a.id FROM accounts a WHERE a.kind = 'credit')
    AND e.cause IS DISTINCT FROM 'paid_before' AND (CAST(:staff AS uuid) IS NULL OR e.staff_id = :staff)
GROUP BY e.kind, e.cause ORDER BY e.kind, e.cause NULLS FIRST
""")


@dataclass(frozen=True, slots=True)
class MoneySums:
    """Payments taken, what came in by them, what was voided, what was refunded."""

    payments: int
    received: Decimal
    voided: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        return self.received - self.voided - self.refunded


NOTHING_MOVED: Final = MoneySums(0, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class GroupedMoney:
    """The sums of one day, method, bank account, member of staff or plan, and what it is called."""

    grouping: Grouping
    sums: MoneySums
    day: date | None = None
    method: Method | None = None
    destination: str | None = None
    destination_key: str | None = None
    staff_id: UUID | None = None
    staff_name: str | None = None
    plan_id: UUID | None = None
    plan_name: str | None = None


@dataclass(frozen=True, slots=True)
class TillBalance:
    """One method of one person's till over a range: opening, movements, closing, and what counts found."""

    staff_id: UUID
    staff_name: str
    method: Method
    opening: Decimal
    came: Decimal
    went: Decimal
    counts: int
    difference: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.came - self.went


@dataclass(frozen=True, slots=True)
class BilledSum:
    """Charges, or credits of one cause; `amount` is what they did to what was billed."""

    kind: EntryKind
    cause: EntryCause | None
    entries: int
    amount: Decimal


class MoneyRepository:
    """Sums over the ledger; one statement each."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def sums(self, asked: Asked) -> Sequence[GroupedMoney]:
        """Every grouping of a range in one pass: days in order, of the others the most money first."""
        rows = (await self.session.execute(SUMS, parameters(asked))).all()
        return [_grouped(row) for row in rows]

    async def totals(self, asked: Asked) -> MoneySums:
        row = (await self.session.execute(TOTALS, parameters(asked))).one()
        return MoneySums(row.payments, row.received, row.voided, row.refunded)

    async def tills(self, asked: Asked) -> Sequence[TillBalance]:
        """By name; the opening is everything that moved before the range."""
        terms = {"since": asked.days.first, "last": asked.days.last, "staff": asked.staff_id}
        rows = (await self.session.execute(TILLS, terms)).all()
        return [
            TillBalance(
                row.till,
                row.staff_name,
                Method(row.method),
                row.opening,
                row.came,
                row.went,
                row.counts,
                row.difference,
            )
            for row in rows
        ]

    async def billed(self, asked: Asked) -> Sequence[BilledSum]:
        """Charges first, then credits by their cause."""
        rows = (await self.session.execute(BILLED, parameters(asked))).all()
        return [_billed(row) for row in rows]


def parameters(asked: Asked) -> dict[str, Any]:
    """The days and the person as the statements take them."""
    return {"first": asked.days.first, "last": asked.days.last, "staff": asked.staff_id}


def _grouped(row: Any) -> GroupedMoney:
    return GroupedMoney(
        GROUPED_BY[row.bits],
        MoneySums(row.payments, row.received, row.voided, row.refunded),
        row.gym_day,
        Method(row.method) if row.method else None,
        row.destination,
        row.destination_key,
        row.till,
        row.staff_name,
        row.plan_id,
        row.plan_name,
    )


def _billed(row: Any) -> BilledSum:
    kind = EntryKind(row.kind)
    cause = EntryCause(row.cause) if row.cause else None
    return BilledSum(kind, cause, row.entries, row.amount if kind is EntryKind.CHARGE else -row.amount)
