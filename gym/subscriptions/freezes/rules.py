"""Rules of a freeze (allowance, length, first day), for the quote and for the freeze itself. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from gym.core.reading.days import Days
from gym.subscriptions.errors import AlreadyClosed
from gym.subscriptions.freezes.calendar import requested_intervals
from gym.subscriptions.freezes.errors import (
    AlreadyFrozen,
    DebtFirst,
    FreezeBackwards,
    FreezeBeyondPlan,
    FreezeOutside,
    FreezeTooLong,
    VisitedToday,
    WaitsBehindFreeze,
)
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Subscription
from gym.subscriptions.status.statuses import is_open

LONGEST: Final = 366
"""Days of one freeze or closing."""


def allowance_left(subscription: Subscription, today: date) -> int:
    """Frozen days of the plan that are not spent or planned yet; one without an end is spent day by day."""
    used = sum(_spent(rest, today) for rest in requested_intervals(subscription))
    return max(0, subscription.plan.freeze_days - used)


def checked_freeze(
    subscription: Subscription, wish: Interval, today: date, *, may_exceed: bool, visited: bool
) -> Interval:
    """The freeze that may be made of a wish.

    Who may not go beyond the plan (`may_exceed`) gets all days the plan has left instead of an open end.
    Raises `AlreadyClosed`, `WaitsBehindFreeze`, `DebtFirst`, `AlreadyFrozen`, `FreezeOutside`,
    `VisitedToday`, `FreezeBackwards`, `FreezeTooLong`, `FreezeBeyondPlan`.
    """
    if not is_open(subscription, today):
        raise AlreadyClosed
    if subscription.held:
        raise WaitsBehindFreeze
    if subscription.account.balance:
        raise DebtFirst(subscription.account.balance)
    _require_length(wish)
    rest = wish if may_exceed else _within_plan(subscription, wish, today)
    for other in requested_intervals(subscription):
        if other.meets(rest):
            raise AlreadyFrozen(other.starts_on, other.ends_on)
    _require_start(subscription, rest, today, visited=visited)
    return rest


def _spent(rest: Interval, today: date) -> int:
    return rest.days if rest.ends_on else max(0, (today - rest.starts_on).days + 1)


def _require_length(rest: Interval) -> None:
    if rest.ends_on is not None and rest.ends_on < rest.starts_on:
        raise FreezeBackwards(rest.starts_on)
    if rest.days > LONGEST:
        raise FreezeTooLong(LONGEST)


def _within_plan(subscription: Subscription, wish: Interval, today: date) -> Interval:
    left = allowance_left(subscription, today)
    if not left or wish.days > left:
        raise FreezeBeyondPlan(left)
    last = wish.starts_on + timedelta(days=left - 1)
    return Interval(wish.starts_on, wish.ends_on or last)


def days_of_start(subscription: Subscription, today: date, *, visited: bool) -> Days:
    """On which a rest may begin; not on a day that was trained on."""
    first = max(today, subscription.starts_on)
    return Days(first + timedelta(days=1) if visited and first == today else first, subscription.ends_on)


def _require_start(subscription: Subscription, rest: Interval, today: date, *, visited: bool) -> None:
    first = max(today, subscription.starts_on)
    if not days_of_start(subscription, today, visited=False).holds(rest.starts_on):
        raise FreezeOutside(first, subscription.ends_on)
    if visited and rest.starts_on == today:
        raise VisitedToday
