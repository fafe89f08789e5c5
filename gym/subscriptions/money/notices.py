"""Notifications of money: receipts, voids, and what is given back or written off."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from gym.core.database.ids import new_id
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.money import (
    DeskPaymentPayload,
    DeskRefundPayload,
    DeskVoidPayload,
    PaymentDetails,
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
    tell_desk_paid(uow, plan_details(subscription, receipt.balance_after), payment_details(receipt))


def tell_receipt(uow: UnitOfWork, receipt: Receipt, subscription: Subscription) -> None:
    """To the client only: the desk reads of what a plan change has paid in the change itself."""
    tell_client_paid(uow, plan_details(subscription, receipt.balance_after), payment_details(receipt))


def tell_client_paid(uow: UnitOfWork, about: PlanDetails, payment: PaymentDetails) -> None:
    told, key = ReceiptPayload(about=about, payment=payment), f"receipt:{payment.entry_id}"
    uow.notify(Recipient.client(about.client_id), told, dedup_key=key)


def tell_desk_paid(uow: UnitOfWork, about: PlanDetails, payment: PaymentDetails) -> None:
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
