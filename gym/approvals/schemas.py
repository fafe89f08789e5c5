"""Facts of a request for approval, one model for each kind: as they were when somebody asked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gym.approvals.models import Approval, ApprovalKind
from gym.core.database.json_values import decode, encode
from gym.payments.models import Method
from gym.subscriptions.discounts import Discount, DiscountKind


class RequestFacts(BaseModel):
    """Base of all kinds. Holds no personal data, so that erasing a client need not change these rows."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    plan_name: str

    def packed(self) -> dict[str, object]:
        """As the row keeps it."""
        return encode(self.model_dump())


class DiscountFacts(RequestFacts):
    """One sale or renewal at one price; at another price it has to be asked for again."""

    plan_id: UUID
    value: Decimal
    discount_kind: DiscountKind
    base_price: Decimal
    off: Decimal
    starts_on: date | None
    """The day that was chosen; none for today, whenever that is, and for a renewal."""
    renews_id: UUID | None
    """The subscription that would be renewed; none for a sale."""

    @property
    def discount(self) -> Discount:
        return Discount(self.value, self.discount_kind)

    @property
    def final_price(self) -> Decimal:
        return self.base_price - self.off

    @property
    def percent(self) -> int:
        """The discount in whole percent of the price, for whoever decides."""
        return round(100 * self.off / self.base_price) if self.base_price else 0


class VoidFacts(RequestFacts):
    """One payment to be undone."""

    entry_id: UUID
    receipt_number: int
    amount: Decimal
    method: Method
    taken_by: str
    taken_at: datetime


class RefundFacts(RequestFacts):
    """Money to be handed back for one subscription."""

    subscription_id: UUID
    amount: Decimal
    method: Method


class FreezeFacts(RequestFacts):
    """Days on which a member will not come; without `ends_on` until they return."""

    subscription_id: UUID
    starts_on: date
    ends_on: date | None


class LongFreezeFacts(FreezeFacts):
    """More frozen days than the plan has left: so many it had when somebody asked."""

    days_left: int


class WriteOffFacts(RequestFacts):
    """A debt that is not to be paid any more, as large as it was when somebody asked.

    Of products `subscription_id` is the sale's, and `plan_name` what was bought.
    """

    subscription_id: UUID
    amount: Decimal


KINDS: Final[dict[ApprovalKind, type[RequestFacts]]] = {
    ApprovalKind.DISCOUNT: DiscountFacts,
    ApprovalKind.VOID: VoidFacts,
    ApprovalKind.REFUND: RefundFacts,
    ApprovalKind.FREEZE: FreezeFacts,
    ApprovalKind.WRITE_OFF: WriteOffFacts,
    ApprovalKind.LONG_FREEZE: LongFreezeFacts,
}


def facts_of(approval: Approval) -> RequestFacts:
    """What was asked, as one of the kinds."""
    return KINDS[approval.kind].model_validate(decode(approval.facts))


def discount_of(approval: Approval) -> DiscountFacts:
    """The facts of a request that is known to be about a discount."""
    return DiscountFacts.model_validate(decode(approval.facts))
