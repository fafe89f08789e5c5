"""The verdict at the door: facts in, verdict out. Nothing is read and nothing is written here.

Several reasons may hold at once; the one that is said is the one the person must fix first. It makes no sense
to tell somebody to pay for a plan that has ended, or to come back at ten to somebody who is blocked. So the
checks go from who it is, over whether they are welcome at all and whether they have a plan for this day, to
whether that plan is paid, and only then to how and when it may be used.

Dates and balance decide, never the status column: a job that comes late neither opens nor closes the door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final

from gym.attendance.models import CheckInMethod, VerdictCode
from gym.faces.schemas import MatchOutcome
from gym.settings.schemas import Reentry

Code = VerdictCode
ALL_DAY: Final = time(0, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """When a plan may be used: weekdays (Monday is 0), from (inclusive) until (exclusive; 00:00 is midnight)."""

    weekdays: frozenset[int]
    opens: time
    closes: time

    def allows(self, weekday: int, at: time) -> bool:
        return weekday in self.weekdays and self.opens <= at and (at < self.closes or self.closes == ALL_DAY)

    def next_opening(self, day: date, at: time) -> tuple[date, time] | None:
        """The next day and hour at which it opens, within a week."""
        for ahead in range(8):
            other = day + timedelta(days=ahead)
            if other.weekday() in self.weekdays and (ahead > 0 or at < self.opens):
                return other, self.opens
        return None


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """The subscription that counts on this day: the one that covers it, else the next, else the last one."""

    starts_on: date
    ends_on: date
    is_open: bool
    """False once it was closed before its last day (canceled, or a visit pack that was renewed)."""
    balance: Decimal
    due_since: date
    visits: int | None = None
    visits_used: int = 0
    frozen_from: date | None = None
    frozen_until: date | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The gym's settings that matter at the door."""

    grace_days: int = 0
    grace_amount: Decimal = Decimal(0)
    closed_debt_denies: bool = False
    reentry: Reentry = Reentry.UNCOUNTED
    card_passback_minutes: int = 10


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """Everything the verdict stands on, at door time."""

    day: date
    at: time
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


def decide(facts: AccessFacts) -> VerdictCode:
    """The one code that holds."""
    for check in CHECKS:
        code = check(facts)
        if code is not None:
            return code
    return Code.REENTRY if facts.visited_today else Code.ADMITTED


def _identity(facts: AccessFacts) -> VerdictCode | None:
    if facts.match is MatchOutcome.UNKNOWN:
        return Code.NOT_RECOGNIZED
    return Code.UNCERTAIN if facts.match is MatchOutcome.UNCERTAIN else None


def _liveness(facts: AccessFacts) -> VerdictCode | None:
    return Code.SPOOF_SUSPECTED if facts.spoof else None


def _welcome(facts: AccessFacts) -> VerdictCode | None:
    if not facts.client_active:
        return Code.CLIENT_INACTIVE
    blocked = facts.blocked_until is not None and facts.day <= facts.blocked_until
    return Code.BLOCKED if blocked else None


def _plan(facts: AccessFacts) -> VerdictCode | None:
    plan = facts.subscription
    if plan is None:
        return Code.NO_SUBSCRIPTION
    if facts.day > plan.ends_on or not plan.is_open:
        return Code.EXPIRED
    return Code.NOT_STARTED if facts.day < plan.starts_on else None


def _freeze(facts: AccessFacts) -> VerdictCode | None:
    plan = facts.subscription
    if plan is None or plan.frozen_from is None or facts.day < plan.frozen_from:
        return None
    frozen = plan.frozen_until is None or facts.day <= plan.frozen_until
    return Code.FROZEN if frozen else None


def _money(facts: AccessFacts) -> VerdictCode | None:
    plan, rules = facts.subscription, facts.rules
    if plan is None:
        return None
    days = (facts.day - plan.due_since).days
    if plan.balance > 0 and days >= rules.grace_days and plan.balance > rules.grace_amount:
        return Code.PAYMENT_DUE
    return Code.PAYMENT_DUE if rules.closed_debt_denies and facts.closed_debt > 0 else None


def _allowance(facts: AccessFacts) -> VerdictCode | None:
    plan = facts.subscription
    if plan is None or plan.visits is None or facts.visited_today:
        return None  # today's visit was counted when it began
    return Code.VISITS_USED_UP if plan.visits_used >= plan.visits else None


def _hours(facts: AccessFacts) -> VerdictCode | None:
    window = facts.subscription.window if facts.subscription else None
    if window is None or window.allows(facts.day.weekday(), facts.at):
        return None
    return Code.OUTSIDE_HOURS


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
    _liveness,
    _welcome,
    _plan,
    _freeze,
    _money,
    _allowance,
    _hours,
    _again,
)
