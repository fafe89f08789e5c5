"""Unused days of a subscription that ends early, and their pro-rata value. Pure rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from gym.core.money import round_up
from gym.subscriptions.intervals import Interval, from_day
from gym.subscriptions.models import Subscription
from gym.subscriptions.status.statuses import open_freeze


def unused_days(subscription: Subscription, today: date) -> int:
    """Bought days from today on: access ends at once, so today was not given either. For whoever has trained
    today the caller counts from tomorrow.

    Frozen days to come were not bought; a freeze without an end has kept what was left when it began. Gift
    days come last and are worth nothing.
    """
    first = _first_unused(subscription, today)
    span = (subscription.ends_on - first).days + 1
    resting = sum(rest.days for rest in from_day(first, map(Interval.of, subscription.freezes)))
    return max(0, min(span - resting - subscription.gift_days, bought_days(subscription)))


def bought_days(subscription: Subscription) -> int:
    """Days paid for; frozen and given ones lengthen the period without being bought."""
    span = (subscription.ends_on - subscription.starts_on).days + 1
    return max(1, span - subscription.frozen_days - subscription.gift_days)


def unused_value(
    subscription: Subscription, today: date, smallest: Decimal, *, visits_moved: int = 0
) -> Decimal:
    """The pro-rata part of the price, up to a multiple of the smallest amount but never above the price.

    Of a visit pack it is the smaller of days and visits left; `visits_moved` go to the plan that follows.
    """
    share = Fraction(unused_days(subscription, today), bought_days(subscription))
    if subscription.visits:
        used = subscription.visits_used - visits_moved
        share = min(share, 1 - Fraction(used, subscription.visits))
    value = subscription.final_price * share.numerator / share.denominator
    return min(round_up(value, smallest), subscription.final_price)


def _first_unused(subscription: Subscription, today: date) -> date:
    first = max(today, subscription.starts_on)
    lasting = open_freeze(subscription)
    return min(first, lasting.starts_on) if lasting else first
