"""Explanations as values: the door's rules in their order, a period's days, an account's entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from gym.attendance.models import VerdictCode
from gym.payments.models import AccountKind, EntryCause, EntryKind, Method
from gym.subscriptions.models import FreezeKind, SubscriptionStatus


class DoorRule(StrEnum):
    """What the door asks, in its order (`gym.attendance.checkin.access.CHECKS`)."""

    IDENTITY = "identity"
    WELCOME = "welcome"
    PLAN = "plan"
    FREEZE = "freeze"
    MONEY = "money"
    ALLOWANCE = "allowance"
    HOURS = "hours"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class DoorStep:
    """One rule and what it said; `denied` is None where it let pass."""

    rule: DoorRule
    denied: VerdictCode | None


@dataclass(frozen=True, slots=True)
class DoorExplanation:
    """What the door would say now, and the facts that its rules read."""

    code: VerdictCode
    steps: tuple[DoorStep, ...]
    """Up to the first one that denies; those behind it were not asked."""
    plan_name: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    balance: Decimal = Decimal(0)
    closed_debt: Decimal = Decimal(0)
    denies_from: date | None = None
    """The day from which the debt of the plan keeps the client out; none where it does not."""
    visits: int | None = None
    visits_left: int | None = None
    blocked_until: date | None = None
    frozen_until: date | None = None
    opens_on: date | None = None
    opens_at: time | None = None
    has_hours: bool = False
    """The plan is open at certain hours only."""
    visited_today: bool = False

    @property
    def is_admitted(self) -> bool:
        return self.code in (VerdictCode.ADMITTED, VerdictCode.REENTRY)


@dataclass(frozen=True, slots=True)
class RestStep:
    """Days that did not count and moved the end; without a last day until the client returns."""

    kind: FreezeKind
    starts_on: date
    ends_on: date | None
    days: int


@dataclass(frozen=True, slots=True)
class PeriodExplanation:
    """A subscription: which days were bought, what moved its end, and what its status follows from.

    `starts_on` + `bought_days` + days of `rests` + `gift_days` = the day after `ends_on`.
    """

    plan_name: str
    status: SubscriptionStatus
    starts_on: date
    ends_on: date
    bought_days: int
    rests: tuple[RestStep, ...]
    gift_days: int
    visits: int | None
    visits_used: int
    balance: Decimal
    closed_on: date | None
    """Of one that was ended before its last day."""
    is_held: bool
    """It waits behind a freeze that has no last day."""


@dataclass(frozen=True, slots=True)
class MoneyStep:
    """An entry of the ledger; `change` above zero raises the balance, `balance` is that afterwards."""

    day: date
    kind: EntryKind
    cause: EntryCause | None
    method: Method | None
    receipt_number: int | None
    """The entry's own, or of the payment that a void undoes."""
    change: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class AccountExplanation:
    """Every entry of an account, oldest first; their changes add up to `balance`."""

    kind: AccountKind
    what: str
    """The plan, or the products with their pieces; empty for credit."""
    since: date | None
    steps: tuple[MoneyStep, ...]
    balance: Decimal


@dataclass(frozen=True, slots=True)
class ClientExplanation:
    """Everything that a client may ask *why* about."""

    door: DoorExplanation
    periods: tuple[PeriodExplanation, ...]
    """The plan that counts, then the one that waits."""
    accounts: tuple[AccountExplanation, ...]
    """The plan's that counts, then all others that owe, then the client's credit."""
