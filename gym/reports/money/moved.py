"""Money of a range of gym days: what moved by day, method, account, staff and plan; tills; what was billed.

Money moves by payments, voids and refunds of the methods of a till, each on its own gym day; a void
counts for whoever took the payment and for the account it went to. Paying with a client's credit moves none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gym.payments.models import EntryCause, EntryKind, Method
from gym.reports.money.sums import BILLED, SUMS, TILLS, TOTALS
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
    """Sums over the ledger; one statement each. Of months that were summed after `now`, by a clock that was
    set back, the entries are read."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self._now = {"now": now}

    async def sums(self, asked: Asked) -> Sequence[GroupedMoney]:
        """Every grouping of a range in one pass: days in order, of the others the most money first."""
        rows = (await self.session.execute(SUMS, parameters(asked) | self._now)).all()
        return [_grouped(row) for row in rows]

    async def totals(self, asked: Asked) -> MoneySums:
        row = (await self.session.execute(TOTALS, parameters(asked) | self._now)).one()
        return MoneySums(row.payments, row.received, row.voided, row.refunded)

    async def tills(self, asked: Asked) -> Sequence[TillBalance]:
        """By name; the opening is everything that moved before the range."""
        terms = {"since": asked.days.first, "last": asked.days.last, "staff": asked.staff_id}
        rows = (await self.session.execute(TILLS, terms | self._now)).all()
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
        rows = (await self.session.execute(BILLED, parameters(asked) | self._now)).all()
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
