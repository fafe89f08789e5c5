"""Payloads about freezes, closings of the gym and gift days."""

from __future__ import annotations

from datetime import date
from typing import Literal

from gym.notifications.payloads.base import Flat, Payload
from gym.notifications.payloads.plans import PlanDetails


class FrozenPayload(Payload):
    about: Flat[PlanDetails]
    frozen_from: date
    frozen_until: date | None
    """None until the client returns."""


class FreezeEndedPayload(Payload):
    about: Flat[PlanDetails]
    planned: bool
    """It had not begun."""


class FreezeEndsPayload(Payload):
    about: Flat[PlanDetails]
    frozen_until: date
    back_on: date


class GymClosedPayload(Payload):
    about: Flat[PlanDetails]
    frozen_from: date
    frozen_until: date
    reason: str


class GymOpenedPayload(Payload):
    about: Flat[PlanDetails]
    frozen_from: date
    frozen_until: date
    reason: str
    planned: bool
    """The gym did not close at all."""


class GiftDaysPayload(Payload):
    about: Flat[PlanDetails]
    days: int
    reason: str


class FrozenPlan(Payload):
    """A freeze of one plan."""

    about: Flat[PlanDetails]
    frozen_from: date
    frozen_until: date | None
    days: int | None
    """None where it has no end."""


class ClosedGym(Payload):
    """A closing of the gym, which rests `count` plans."""

    closing: Literal[True]
    frozen_from: date
    frozen_until: date
    count: int


class DeskFrozenPayload(Payload):
    frozen: Flat[ClosedGym | FrozenPlan]
    reason: str
    staff_name: str


class ResumedPlan(Payload):
    """A freeze that is over, or never began."""

    about: Flat[PlanDetails]
    days: int | None
    """Given back; None where the freeze had no end."""
    planned: bool
    """It had not begun."""


class ReopenedGym(Payload):
    """The end of a closing, which gives `count` plans new dates."""

    closing: Literal[True]
    count: int


class DeskFreezeEndedPayload(Payload):
    resumed: Flat[ReopenedGym | ResumedPlan]
    staff_name: str


class GiftToPlan(Payload):
    about: Flat[PlanDetails]


class GiftToEverybody(Payload):
    everybody: Literal[True]
    count: int


class DeskGiftDaysPayload(Payload):
    given_to: Flat[GiftToEverybody | GiftToPlan]
    days: int
    reason: str
    staff_name: str
