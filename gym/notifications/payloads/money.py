"""Payloads about money: receipts, voids, money given back, tills that do not add up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload
from gym.notifications.payloads.plans import PlanDetails


class ReceiptPart(Payload):
    """One of several debts that were paid at once."""

    plan_name: str
    """Or the products, as `2 × Water`."""
    starts_on: date
    """Or the day on which they were sold."""
    ends_on: date | None = None
    """None of products."""
    amount: Decimal
    receipt_number: int


class PaymentDetails(Payload):
    """One payment; of several debts at once the first part, with `total` and all `parts`."""

    receipt_number: int
    amount: Decimal
    method: str
    """A `Method`."""
    at: datetime
    note: str | None
    entry_id: UUID
    total: Decimal | None = None
    parts: tuple[ReceiptPart, ...] = ()


class ReceiptPayload(Payload):
    about: Flat[PlanDetails]
    payment: Flat[PaymentDetails]


class DeskPaymentPayload(Payload):
    about: Flat[PlanDetails]
    payment: Flat[PaymentDetails]
    staff_name: str


class VoidDetails(Payload):
    """The payment that does not count any more."""

    receipt_number: int | None
    amount: Decimal
    method: str | None
    reason: str
    entry_id: UUID


class VoidedPayload(Payload):
    about: Flat[PlanDetails]
    void: Flat[VoidDetails]


class DeskVoidPayload(Payload):
    about: Flat[PlanDetails]
    void: Flat[VoidDetails]
    staff_name: str


class RefundDetails(Payload):
    """Money or goodwill given: off the debt, handed out, kept as the client's credit."""

    reason: str
    credited: Decimal
    refunded: Decimal
    kept: Decimal
    method: str | None
    """How money was handed out."""
    entry_id: UUID | None
    cause: str | None = None
    """An `EntryCause`: only that of a debt that was written off."""


class RefundedPayload(Payload):
    about: Flat[PlanDetails]
    given: Flat[RefundDetails]


class DeskRefundPayload(Payload):
    about: Flat[PlanDetails]
    given: Flat[RefundDetails]
    staff_name: str


class TillDifference(Payload):
    """One method of a till: what should be there, what is, and the difference."""

    method: str
    expected: Decimal
    counted: Decimal
    off: Decimal


class DeskCashCountedPayload(Payload):
    till: str
    """Whose till, by name."""
    day: date
    methods: tuple[TillDifference, ...]
    note: str | None
    staff_id: UUID
    staff_name: str
    """Who counted."""
