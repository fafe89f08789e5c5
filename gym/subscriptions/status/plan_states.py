"""Plan state of a client: one state of all their subscriptions, and the one that it is about. A pure rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus
from gym.subscriptions.status.statuses import closed_status


class PlanState(StrEnum):
    """Every one has its own words and acts on the card and in *My plan*."""

    NONE = "none"
    """No plan was ever sold."""
    SCHEDULED = "scheduled"
    """The only plan starts later."""
    PENDING_PAYMENT = "pending_payment"
    ACTIVE = "active"
    FROZEN = "frozen"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    CANCELED = "canceled"
    """Nothing but plans that were canceled."""


OF_STATUS: Final = {status: PlanState(status.value) for status in SubscriptionStatus}


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """The state, and the plan that its words name; none where no plan was ever sold."""

    state: PlanState
    subscription: Subscription | None = None


def standing_of(
    current: Subscription | None,
    waiting: Subscription | None,
    latest: Subscription | None,
    canceled: Subscription | None = None,
) -> PlanStanding:
    """What covers today comes first, then what is to come, then what is over."""
    for one in (current, waiting, latest, canceled):
        if one is not None:
            return PlanStanding(OF_STATUS[_status(one)], one)
    return PlanStanding(PlanState.NONE)


def _status(one: Subscription) -> SubscriptionStatus:
    """What is over follows its money, whether or not a job has written that down."""
    return one.status if one.status in OPEN else closed_status(one.status, one.account.balance)
