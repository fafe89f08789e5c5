"""Rules of access at the door: a pure function from facts to one verdict code.

Several reasons may hold at once; the one given is the one the person must fix first. It makes no sense to
tell somebody to pay for a plan that has ended, or to come back at ten to somebody who is blocked. So the
checks go from who it is, over whether they are welcome at all and whether they have a plan for this day, to
whether that plan is paid, and only then to how and when it may be used.

Dates and balance decide, never the status column: a job that comes late neither opens nor closes the door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from gym.attendance.checkin.windows import AccessWindow
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.core.money import CENT
from gym.faces.schemas import MatchOutcome
from gym.settings.schemas import Reentry

Code = VerdictCode


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """The subscription that counts on this day: the one that covers it, else the next, else the last one."""

    starts_on: date
    ends_on: date
    balance: Decimal = Decimal(0)
    visits: int | None = None
    visits_used: int = 0
    frozen: bool = False
    frozen_until: date | None = None
    """Last frozen day; none: until staff ends the freeze, even past the last day, which then moves."""
    window: AccessWindow | None = None

    def is_frozen_on(self, day: date) -> bool:
        return self.frozen and (self.frozen_until is None or day <= self.frozen_until)

    def covers(self, day: date) -> bool:
        """True on its own days, and as long as a freeze without an end holds them."""
        waits = self.frozen and self.frozen_until is None
        return self.starts_on <= day and (day <= self.ends_on or waits)


@dataclass(frozen=True, slots=True)
class Rules:
    """The gym's settings that matter at the door."""

    grace_days: int = 0
    grace_amount: Decimal = Decimal(0)
    smallest_amount: Decimal = CENT
    """A debt below it keeps nobody out, whatever is due."""
    closed_debt_denies: bool = False
    reentry: Reentry = Reentry.UNCOUNTED
    card_passback_minutes: int = 10


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """Everything the verdict stands on, at door time (`at`, in gym time)."""

    at: datetime
    method: CheckInMethod
    rules: Rules = Rules()
    match: MatchOutcome = MatchOutcome.FOUND
    spoof: bool = False
    client_active: bool = True
    blocked_until: date | None = None
    subscription: SubscriptionFacts | None = None
    closed_debt: Decimal = Decimal(0)
    visited_today: bool = False
    minutes_since_entry: float | None = None

    @property
    def day(self) -> date:
        return self.at.date()


def verdict_code(facts: AccessFacts) -> VerdictCode:
    """The code of the first check that denies, else ADMITTED or REENTRY."""
    for check in CHECKS:
        code = check(facts)
        if code is not None:
            return code
    return Code.REENTRY if facts.visited_today else Code.ADMITTED


def _identity(facts: AccessFacts) -> VerdictCode | None:
    """Liveness goes before recognition: a suspected picture names nobody."""
    if facts.spoof:
        return Code.SPOOF_SUSPECTED
    if facts.match is MatchOutcome.UNKNOWN:
        return Code.NOT_RECOGNIZED
    return Code.UNCERTAIN if facts.match is MatchOutcome.UNCERTAIN else None


def _welcome(facts: AccessFacts) -> VerdictCode | None:
    if not facts.client_active:
        return Code.CLIENT_INACTIVE
    blocked = facts.blocked_until is not None and facts.day <= facts.blocked_until
    return Code.BLOCKED if blocked else None


def _plan(facts: AccessFacts) -> VerdictCode | None:
    plan = facts.subscription
    if plan is None:
        return Code.NO_SUBSCRIPTION
    if facts.day < plan.starts_on:
        return Code.NOT_STARTED
    return None if plan.covers(facts.day) else Code.EXPIRED


def _freeze(facts: AccessFacts) -> VerdictCode | None:
    plan = facts.subscription
    return Code.FROZEN if plan is not None and plan.is_frozen_on(facts.day) else None


def _money(facts: AccessFacts) -> VerdictCode | None:
    plan, rules = facts.subscription, facts.rules
    if rules.closed_debt_denies and facts.closed_debt >= rules.smallest_amount:
        return Code.PAYMENT_DUE
    if plan is None:
        return None
    days_since_due = (facts.day - plan.starts_on).days
    if plan.balance < rules.smallest_amount or plan.balance <= rules.grace_amount:
        return None
    return Code.PAYMENT_DUE if days_since_due >= rules.grace_days else None


def _allowance(facts: AccessFacts) -> VerdictCode | None:
    plan = facts.subscription
    if plan is None or plan.visits is None or facts.visited_today:
        return None  # today's visit was counted when it began
    return Code.VISITS_USED_UP if plan.visits_used >= plan.visits else None


def _hours(facts: AccessFacts) -> VerdictCode | None:
    window = facts.subscription.window if facts.subscription else None
    return Code.OUTSIDE_HOURS if window is not None and not window.contains(facts.at) else None


def _again(facts: AccessFacts) -> VerdictCode | None:
    """With `uncounted`, only a card or document passed back over the turnstile is refused."""
    if facts.rules.reentry is Reentry.DENY:
        return Code.ALREADY_INSIDE if facts.visited_today else None
    passable = facts.method in (CheckInMethod.QR, CheckInMethod.DOCUMENT)
    since = facts.minutes_since_entry
    recent = since is not None and since < facts.rules.card_passback_minutes
    return Code.ALREADY_INSIDE if passable and recent else None


CHECKS: Final[tuple[Callable[[AccessFacts], VerdictCode | None], ...]] = (
    _identity,
    _welcome,
    _plan,
    _freeze,
    _money,
    _allowance,
    _hours,
    _again,
)
DAY_CHECKS: Final = (_welcome, _plan, _freeze, _money, _allowance)
"""Those that hold for the whole day: whom they refuse nobody asks to come (`gym.attendance.absence`)."""


def may_come_in(facts: AccessFacts) -> bool:
    """Whether the door would let this client in at some hour of the day."""
    return all(check(facts) is None for check in DAY_CHECKS)
