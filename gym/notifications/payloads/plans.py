"""Payloads about a subscription: sold, changed, canceled, and the reminders of its end and its debt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class PlanDetails(Payload):
    """The subscription that a message is about, as it was when the message was written."""

    subscription_id: UUID
    client_id: UUID
    client_name: str
    plan_name: str
    starts_on: date
    ends_on: date
    status: str
    """A `SubscriptionStatus`."""
    final_price: Decimal
    balance: Decimal
    """Owed now; of a receipt after it, of a void after it."""


class PriceDetails(Payload):
    """How the price of a sale came about."""

    base_price: Decimal
    discount: Decimal
    visits: int | None
    """None for a plan that is counted in days."""


class SubscriptionSoldPayload(Payload):
    about: Flat[PlanDetails]
    sale: Flat[PriceDetails]


class DeskSoldPayload(Payload):
    about: Flat[PlanDetails]
    sale: Flat[PriceDetails]
    staff_name: str


class SubscriptionRenewedPayload(Payload):
    about: Flat[PlanDetails]
    sale: Flat[PriceDetails]


class DeskRenewedPayload(Payload):
    about: Flat[PlanDetails]
    sale: Flat[PriceDetails]
    staff_name: str


class SubscriptionActivatedPayload(Payload):
    """A balance above zero means that it began unpaid."""

    about: Flat[PlanDetails]


class DeskActivatedPayload(Payload):
    about: Flat[PlanDetails]
    staff_name: str


class SubscriptionExpiredPayload(Payload):
    """A balance above zero means that it lapsed and the debt stays."""

    about: Flat[PlanDetails]


class DeskExpiredPayload(Payload):
    about: Flat[PlanDetails]
    staff_name: str


class CancellationDetails(Payload):
    """What became of the money, and what the client has instead."""

    reason: str | None
    credited: Decimal
    """Off the debt."""
    refunded: Decimal
    """Handed out."""
    kept: Decimal
    """Left as the client's credit."""
    begun: bool = True
    """0.1.0 did not say."""
    running_plan: str | None = None
    running_until: date | None = None


class SubscriptionCanceledPayload(Payload):
    about: Flat[PlanDetails]
    outcome: Flat[CancellationDetails]


class DeskCanceledPayload(Payload):
    about: Flat[PlanDetails]
    outcome: Flat[CancellationDetails]
    staff_name: str


class ChangeDetails(Payload):
    """Where the money of the unused days went; `value` is their worth."""

    old_plan: str
    value: Decimal
    to_debt: Decimal
    to_new: Decimal
    to_credit: Decimal
    debt_left: Decimal
    receipt_number: int | None
    """Of what the credit has paid onto the new plan."""
    renewal_starts_on: date | None


class PlanChangedPayload(Payload):
    about: Flat[PlanDetails]
    change: Flat[ChangeDetails]


class DeskPlanChangedPayload(Payload):
    about: Flat[PlanDetails]
    change: Flat[ChangeDetails]
    staff_name: str


class EndsSoonPayload(Payload):
    about: Flat[PlanDetails]
    days: int
    """7, 3, 1, or 0 for the last day."""


class EndedPayload(Payload):
    about: Flat[PlanDetails]
    days: int
    """3 or 10 days ago."""


class PaymentDuePayload(Payload):
    about: Flat[PlanDetails]
    days: int
    """1, 3 or 7 days since it began."""


class DeskOverduePayload(Payload):
    about: Flat[PlanDetails]
    days: int
