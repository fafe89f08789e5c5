"""Notifications of money: receipts, voids, and what is given back or written off."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gym.core.database.ids import new_id
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.money import (
    DeskPaymentPayload,
    DeskRefundPayload,
    DeskVoidPayload,
    PaymentDetails,
    ReceiptPart,
    ReceiptPayload,
    RefundDetails,
    RefundedPayload,
    VoidDetails,
    VoidedPayload,
)
from gym.notifications.payloads.plans import (
    PlanDetails,
)
from gym.payments.models import EntryCause, LedgerEntry, Method
from gym.payments.schemas import GivenBack, Receipt
from gym.subscriptions.models import Subscription
from gym.subscriptions.notices import plan_details
from gym.unit_of_work import UnitOfWork

NOTHING: Final = Decimal(0)


def payment_details(receipt: Receipt) -> PaymentDetails:
    return PaymentDetails(
        receipt_number=receipt.number,
        amount=receipt.amount,
        method=receipt.method,
        at=receipt.at,
        note=receipt.note,
        entry_id=receipt.entry_id,
    )


def tell_paid(uow: UnitOfWork, receipt: Receipt, subscription: Subscription) -> None:
    tell_receipt(uow, receipt, subscription)
    _tell_desk_paid(uow, plan_details(subscription, receipt.balance_after), payment_details(receipt))


def tell_paid_together(
    uow: UnitOfWork, parts: Sequence[Receipt], subscriptions: Sequence[Subscription]
) -> None:
    """One message for everything that was paid at once, to the client and to the desk."""
    first = parts[0]
    if len(parts) == 1:
        tell_paid(uow, first, subscriptions[0])
        return
    about = plan_details(subscriptions[0], first.balance_after)
    whole = {
        "total": sum((one.amount for one in parts), Decimal(0)),
        "parts": tuple(_part(one) for one in parts),
    }
    payment = payment_details(first).model_copy(update=whole)
    _tell_client_paid(uow, about, payment)
    _tell_desk_paid(uow, about, payment)


def _part(receipt: Receipt) -> ReceiptPart:
    return ReceiptPart(
        plan_name=receipt.plan_name,
        starts_on=receipt.starts_on,
        ends_on=receipt.ends_on,
        amount=receipt.amount,
        receipt_number=receipt.number,
    )


def tell_receipt(uow: UnitOfWork, receipt: Receipt, subscription: Subscription) -> None:
    """To the client only: the desk reads of what a plan change has paid in the change itself."""
    _tell_client_paid(uow, plan_details(subscription, receipt.balance_after), payment_details(receipt))


def _tell_client_paid(uow: UnitOfWork, about: PlanDetails, payment: PaymentDetails) -> None:
    told, key = ReceiptPayload(about=about, payment=payment), f"receipt:{payment.entry_id}"
    uow.notify(Recipient.client(about.client_id), told, dedup_key=key)


def _tell_desk_paid(uow: UnitOfWork, about: PlanDetails, payment: PaymentDetails) -> None:
    desk = DeskPaymentPayload(about=about, payment=payment, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-payment:{payment.entry_id}")


def tell_voided(uow: UnitOfWork, payment: LedgerEntry, reason: str, subscription: Subscription) -> None:
    about, client = plan_details(subscription), Recipient.client(subscription.client_id)
    void = VoidDetails(
        receipt_number=payment.receipt_number,
        amount=payment.amount,
        method=payment.method,
        reason=reason,
        entry_id=payment.id,
    )
    uow.notify(client, VoidedPayload(about=about, void=void), dedup_key=f"voided:{payment.id}")
    desk = DeskVoidPayload(about=about, void=void, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-void:{payment.id}")


def tell_refunded(uow: UnitOfWork, entry: LedgerEntry, subscription: Subscription) -> None:
    """Money handed back, or kept as credit when that is the method."""
    kept = entry.method is Method.CREDIT
    details = RefundDetails(
        reason=entry.reason or "",
        credited=NOTHING,
        refunded=NOTHING if kept else entry.amount,
        kept=entry.amount if kept else NOTHING,
        method=entry.method,
        entry_id=entry.id,
    )
    _tell_given(uow, subscription, details, str(entry.id))


def tell_credited(uow: UnitOfWork, subscription: Subscription, given: GivenBack, reason: str) -> None:
    """Goodwill."""
    details = RefundDetails(
        reason=reason,
        credited=given.credited,
        refunded=given.refunded,
        kept=given.kept,
        method=None,
        entry_id=None,
    )
    _tell_given(uow, subscription, details, str(new_id()))


def tell_written_off(
    uow: UnitOfWork, subscription: Subscription, given: GivenBack, entry: LedgerEntry
) -> None:
    """A debt that nobody pays any more."""
    details = RefundDetails(
        reason=entry.reason or "",
        credited=given.credited,
        refunded=given.refunded,
        kept=given.kept,
        method=None,
        entry_id=None,
        cause=EntryCause.WRITTEN_OFF,
    )
    _tell_given(uow, subscription, details, str(entry.id))


def _tell_given(uow: UnitOfWork, subscription: Subscription, given: RefundDetails, which: str) -> None:
    about, client = plan_details(subscription), Recipient.client(subscription.client_id)
    uow.notify(client, RefundedPayload(about=about, given=given), dedup_key=f"refunded:{which}")
    desk = DeskRefundPayload(about=about, given=given, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-refunded:{which}")
