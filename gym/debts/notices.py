"""Notifications of joint payments: one message for everything that was paid at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.money import PaymentDetails, ReceiptPart
from gym.payments.schemas import JointPart, ProductsReceipt, Receipt
from gym.products.sales.notices import products_part, tell_products_paid
from gym.subscriptions.models import Subscription
from gym.subscriptions.money.notices import tell_client_paid, tell_desk_paid, tell_paid
from gym.subscriptions.notices import plan_details
from gym.unit_of_work import UnitOfWork


def tell_paid_together(
    uow: UnitOfWork, parts: Sequence[JointPart], plans: Mapping[UUID, Subscription]
) -> None:
    """To the client and to the desk; with a plan among the parts as the receipt of that plan and the rest."""
    of_plans = [one for one in parts if isinstance(one, Receipt)]
    if not of_plans:
        tell_products_paid(uow, [one for one in parts if isinstance(one, ProductsReceipt)])
        return
    plan = plans[of_plans[0].subscription_id]
    if len(parts) == 1:
        tell_paid(uow, of_plans[0], plan)
        return
    about = plan_details(plan, of_plans[0].balance_after)
    payment = _payment(parts)
    tell_client_paid(uow, about, payment)
    tell_desk_paid(uow, about, payment)


def _payment(parts: Sequence[JointPart]) -> PaymentDetails:
    first = parts[0]
    return PaymentDetails(
        receipt_number=first.number,
        amount=first.amount,
        method=first.method,
        at=first.at,
        note=None,
        entry_id=first.entry_id,
        total=sum((one.amount for one in parts), Decimal(0)),
        parts=tuple(_part(one) for one in parts),
    )


def _part(receipt: JointPart) -> ReceiptPart:
    if isinstance(receipt, ProductsReceipt):
        return products_part(receipt)
    return ReceiptPart(
        plan_name=receipt.plan_name,
        starts_on=receipt.starts_on,
        ends_on=receipt.ends_on,
        amount=receipt.amount,
        receipt_number=receipt.number,
    )
