"""Status of a subscription on a day, from its dates and balance alone. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.subscriptions.models import OPEN, Freeze, Subscription, SubscriptionStatus


def status_on(
    day: date,
    *,
    status: SubscriptionStatus,
    starts_on: date,
    ends_on: date,
    balance: Decimal,
    frozen: bool = False,
    held: bool = False,
) -> SubscriptionStatus:
    """The status that agrees with the day and the balance; what is canceled stays so.

    `frozen` says that a freeze holds the day. One without an end holds a subscription even beyond its last
    day, which moves when the client returns; the renewal behind it is `held`.
    """
    if status not in OPEN:
        return closed_status(status, balance)
    if held or day < starts_on:
        return SubscriptionStatus.SCHEDULED
    if frozen:
        return SubscriptionStatus.FROZEN
    if ends_on < day:
        return closed_status(SubscriptionStatus.EXPIRED, balance)
    return SubscriptionStatus.PENDING_PAYMENT if balance else SubscriptionStatus.ACTIVE


def closed_status(status: SubscriptionStatus, balance: Decimal) -> SubscriptionStatus:
    """Expired while nothing is owed for what has ended, else lapsed; a late payment or a void changes it."""
    if status is SubscriptionStatus.CANCELED:
        return status
    return SubscriptionStatus.LAPSED if balance else SubscriptionStatus.EXPIRED


def due_status(subscription: Subscription, day: date) -> SubscriptionStatus:
    """`status_on` of a row whose account and freezes are loaded."""
    return status_on(
        day,
        status=subscription.status,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
        balance=subscription.account.balance,
        frozen=freeze_on(subscription, day) is not None,
        held=subscription.held,
    )


def freeze_on(subscription: Subscription, day: date) -> Freeze | None:
    """The freeze that holds a day."""
    return next((freeze for freeze in subscription.freezes if holds(freeze, day)), None)


def holds(freeze: Freeze, day: date) -> bool:
    """True on the days of a freeze; one without an end holds every day from its first on."""
    counts = freeze.canceled_at is None and freeze.starts_on <= day
    return counts and (freeze.ends_on is None or day <= freeze.ends_on)


def open_freeze(subscription: Subscription) -> Freeze | None:
    """The freeze that lasts until the client returns, begun or planned."""
    lasting = (one for one in subscription.freezes if one.ends_on is None and one.canceled_at is None)
    return next(lasting, None)


def is_open(subscription: Subscription, day: date) -> bool:
    """True while it holds its days, whether or not the nightly job has run."""
    lasting = subscription.held or open_freeze(subscription) is not None
    return subscription.status in OPEN and (lasting or subscription.ends_on >= day)


def is_waiting(subscription: Subscription, day: date) -> bool:
    """True for an open one whose first day is still to come."""
    return subscription.status in OPEN and (subscription.held or day < subscription.starts_on)


def is_used_up(subscription: Subscription) -> bool:
    """True for a visit pack without visits left."""
    return subscription.visits is not None and subscription.visits_used >= subscription.visits
