"""Days left and day of return of a subscription with freezes. Pure calendar rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gym.subscriptions.intervals import DAY
from gym.subscriptions.models import Freeze, Subscription
from gym.subscriptions.status.statuses import holds, open_freeze


def not_over(freezes: Sequence[Freeze], today: date) -> list[Freeze]:
    """Those that run or are planned, first day first."""
    counting = (one for one in freezes if one.canceled_at is None)
    left = [one for one in counting if one.ends_on is None or one.ends_on >= today]
    return sorted(left, key=lambda one: one.starts_on)


def returns_on(freeze: Freeze, freezes: Sequence[Freeze]) -> date | None:
    """The first day after a freeze on which nothing rests; none until the client has returned."""
    if freeze.ends_on is None:
        return None
    day = freeze.ends_on + DAY
    while (other := next((one for one in freezes if holds(one, day)), None)) is not None:
        if other.ends_on is None:
            return None
        day = other.ends_on + DAY
    return day


def days_left(subscription: Subscription, today: date) -> int:
    """Days after today on which the client can come; those that a lasting freeze keeps are among them."""
    lasting = open_freeze(subscription)
    first = today + DAY
    if lasting is not None and lasting.starts_on <= today:
        # Its days wait for the return: the last day moves by as many as have gone by since.
        first = lasting.starts_on
    days = max(0, (subscription.ends_on - first).days + 1)
    dated = [one for one in subscription.freezes if one.ends_on is not None]
    return sum(not any(holds(one, first + n * DAY) for one in dated) for n in range(days))
