"""Payloads of requests for approval: asked, decided, taken back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from gym.notifications.payloads.base import Flat, Payload


class DiscountRequest(Payload):
    kind: Literal["discount"]
    plan_name: str
    plan_id: UUID
    value: Decimal
    discount_kind: str
    """A `DiscountKind`."""
    base_price: Decimal
    off: Decimal
    starts_on: date | None
    renews_id: UUID | None
    """The subscription that would be renewed; None for a sale."""
    percent: int
    """Of the price, rounded."""
    final_price: Decimal


class VoidRequest(Payload):
    kind: Literal["void"]
    plan_name: str
    entry_id: UUID
    receipt_number: int
    amount: Decimal
    method: str
    taken_by: str
    taken_at: datetime


class RefundRequest(Payload):
    kind: Literal["refund"]
    plan_name: str
    subscription_id: UUID
    amount: Decimal
    method: str


class FreezeRequest(Payload):
    kind: Literal["freeze"]
    plan_name: str
    subscription_id: UUID
    starts_on: date
    ends_on: date | None
    """None until the return."""


class WriteOffRequest(Payload):
    kind: Literal["write_off"]
    plan_name: str
    subscription_id: UUID
    amount: Decimal


class LongFreezeRequest(Payload):
    kind: Literal["long_freeze"]
    plan_name: str
    subscription_id: UUID
    starts_on: date
    ends_on: date | None
    days_left: int
    """Frozen days that the plan had left when it was asked."""


AnyRequest: TypeAlias = (
    DiscountRequest | VoidRequest | RefundRequest | FreezeRequest | WriteOffRequest | LongFreezeRequest
)


class RequestDetails(Payload):
    """A request: who asks for what, and what was answered so far."""

    subject: Flat[Annotated[AnyRequest, Field(discriminator="kind")]]
    approval_id: UUID
    state: str
    """An `ApprovalState`."""
    client_id: UUID
    client_name: str
    asked_by: str
    reason: str | None
    expires_at: datetime
    decided_by: str | None
    answer: str | None


class ApprovalAskedPayload(Payload):
    request: Flat[RequestDetails]


class ApprovalDecidedPayload(Payload):
    request: Flat[RequestDetails]


class ApprovalTakenBackPayload(Payload):
    request: Flat[RequestDetails]
    replaces: str
    """The key of the messages whose place this one takes."""


class DeskFreezeWantedPayload(Payload):
    request: Flat[RequestDetails]


class DeskFreezeTakenBackPayload(Payload):
    request: Flat[RequestDetails]
    replaces: str


class FreezeApprovedPayload(Payload):
    request: Flat[RequestDetails]


class FreezeRejectedPayload(Payload):
    request: Flat[RequestDetails]
