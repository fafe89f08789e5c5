"""Value types of debts: one debt, the bands of age, and sums over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID


class DebtKind(StrEnum):
    """What is owed for."""

    PLAN = "plan"
    PRODUCTS = "products"


class AgeBand(StrEnum):
    """How long something has been owed: up to 7 days, 8 to 30, more."""

    FRESH = "fresh"
    OLDER = "older"
    OLD = "old"


LAST_DAY: Final = {AgeBand.FRESH: 7, AgeBand.OLDER: 30}
"""The highest age in days that belongs to a band."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What a client owes for one plan, whether or not it has ended since, or for one sale of products."""

    id: UUID
    """The subscription's or the sale's."""
    kind: DebtKind
    account_id: UUID
    client_id: UUID
    client_name: str
    phone: str | None
    has_chat: bool
    what: str
    """The plan's name, or the pieces with their names: `2 × Water, 1 × Bar`."""
    since: date
    """The plan's first day, or the day of the sale."""
    until: date | None
    """The plan's last day."""
    begun: bool
    """False of a plan that starts later: it is owed, and not due."""
    balance: Decimal
    snoozed_until: date | None
    days: int
    """Since `since`; below zero of what starts later."""

    @property
    def band(self) -> AgeBand:
        return next((band for band, last in LAST_DAY.items() if self.days <= last), AgeBand.OLD)


@dataclass(frozen=True, slots=True)
class DebtSum:
    """How many debts, and how much."""

    count: int
    amount: Decimal


NOTHING: Final = DebtSum(0, Decimal(0))


@dataclass(frozen=True, slots=True)
class DebtOverview:
    """What everybody owes together; snoozed debts are in no band."""

    bands: Mapping[AgeBand, DebtSum]
    snoozed: DebtSum

    @property
    def total(self) -> DebtSum:
        parts = [*self.bands.values(), self.snoozed]
        return DebtSum(sum(part.count for part in parts), sum((part.amount for part in parts), Decimal(0)))


def total_of(owed: Iterable[Debt]) -> Decimal:
    """What debts come to together."""
    return sum((one.balance for one in owed), Decimal(0))
