"""What is left of a subscription that ends early. Pure rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from gym.core.money import to_cents
from gym.subscriptions.models import Subscription


def unused_days(subscription: Subscription, today: date) -> int:
    """Bought days from today on: access ends at once, so today was not given either."""
    left = (subscription.ends_on - max(today, subscription.starts_on)).days + 1
    return max(0, min(left, bought_days(subscription)))


def bought_days(subscription: Subscription) -> int:
    """Days paid for; frozen ones lengthen the period without being bought."""
    span = (subscription.ends_on - subscription.starts_on).days + 1
    return max(1, span - subscription.frozen_days)


def unused_value(subscription: Subscription, today: date) -> Decimal:
    """The pro-rata part of the price, to the cent; of a visit pack the smaller of days and visits left."""
    share = Fraction(unused_days(subscription, today), bought_days(subscription))
    if subscription.visits:
        share = min(share, 1 - Fraction(subscription.visits_used, subscription.visits))
    return to_cents(subscription.final_price * share.numerator / share.denominator)
