"""Receipts of payments for subscriptions: number, amount, balance after it, plan and period."""

from __future__ import annotations

from uuid import UUID

from gym.payments.models import EntryCause, LedgerEntry
from gym.payments.schemas import Receipt, RestDays
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.subscriptions.models import FreezeKind, Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork


class SubscriptionReceipts:
    """Made from the ledger whenever asked for, so that a later void shows on it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def get(self, entry_id: UUID) -> Receipt:
        """The receipt of a payment, also of a voided one. Raises `PaymentNotFound`."""
        return await self.seen(await PaymentService(self.uow).payment(entry_id))

    async def seen(self, entry: LedgerEntry) -> Receipt:
        """As `get`, of an entry that is read already; refused to whoever may not see the client."""
        subscription = await SubscriptionRepository(self.uow.session).of_account(entry.account_id)
        self.uow.actor.require_own_or(Permission.CHECK_IN, subscription.client_id)
        return await self.of(entry, subscription)

    async def of(self, entry: LedgerEntry, subscription: Subscription) -> Receipt:
        """The receipt of a payment of `subscription`, which has its plan, client and freezes loaded."""
        payments = PaymentService(self.uow)
        assert entry.receipt_number is not None, "the database numbers every payment"
        assert entry.method is not None, "the database wants a method"
        return Receipt(
            number=entry.receipt_number,
            entry_id=entry.id,
            client_id=subscription.client_id,
            client_name=subscription.client.full_name,
            amount=entry.amount,
            method=entry.method,
            balance_after=await payments.balance_after(entry),
            at=entry.at,
            staff_name=entry.staff_name,
            plan_name=subscription.plan.name,
            subscription_id=subscription.id,
            starts_on=subscription.starts_on,
            ends_on=subscription.ends_on,
            note=entry.note,
            voided=bool(await payments.voided([entry.id])),
            paid_on=entry.gym_day,
            destination=entry.destination,
            rests=tuple(
                RestDays(one.kind is FreezeKind.CLOSURE, one.starts_on, one.ends_on)
                for one in subscription.freezes
            ),
            given_back=await payments.given_back(entry),
            surplus=entry.cause is EntryCause.SURPLUS,
        )
