"""What a subscription's status must be on a day: dates and balance decide, nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus


def status_on(
    day: date,
    *,
    status: SubscriptionStatus,
    starts_on: date,
    ends_on: date,
    frozen_until: date | None,
    balance: Decimal,
) -> SubscriptionStatus:
    """The status that agrees with the day and the balance; what is closed stays as it closed.

    A frozen subscription without a last frozen day waits, even beyond its end, which moves when it thaws.
    """
    if status not in OPEN:
        return status
    if status is SubscriptionStatus.FROZEN and (frozen_until is None or day <= frozen_until):
        return status
    if ends_on < day:
        return SubscriptionStatus.LAPSED if balance else SubscriptionStatus.EXPIRED
    if day < starts_on:
        return SubscriptionStatus.SCHEDULED
    return SubscriptionStatus.PENDING_PAYMENT if balance else SubscriptionStatus.ACTIVE


def due_status(subscription: Subscription, day: date) -> SubscriptionStatus:
    """`status_on` of a row whose account is loaded."""
    return status_on(
        day,
        status=subscription.status,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
        frozen_until=subscription.frozen_until,
        balance=subscription.account.balance,
    )


def is_open(subscription: Subscription, day: date) -> bool:
    """True while it holds its days, whether or not the nightly job has run."""
    thawing = subscription.status is SubscriptionStatus.FROZEN and subscription.frozen_until is None
    return subscription.status in OPEN and (thawing or subscription.ends_on >= day)


def is_waiting(subscription: Subscription, day: date) -> bool:
    """True for an open one whose first day is still to come."""
    return subscription.status in OPEN and day < subscription.starts_on


def is_used_up(subscription: Subscription) -> bool:
    """True for a visit pack without visits left."""
    return subscription.visits is not None and subscription.visits_used >= subscription.visits
