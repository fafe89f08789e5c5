"""Payments for subscriptions: take, void, refund, take back and credit; the status follows the balance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast
from uuid import UUID, uuid5

from gym.payments.credit import ClientCredit
from gym.payments.errors import PaymentKeyReused, parse_reason
from gym.payments.ledger import positive
from gym.payments.models import EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.money_back import MoneyBack
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import GivenBack, Receipt
from gym.payments.service import PaymentService
from gym.rewards.granting import PaidSubscription, after_paid
from gym.security.permissions import Permission
from gym.subscriptions.models import Subscription
from gym.subscriptions.money import notices
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)
KEPT = UUID("1f0b7a3e-6a55-4a43-9d7e-6c9f3f1f2f10")
"""Namespace of the key that marks the second half of a goodwill credit."""


class SubscriptionPayments:
    """Locks the client when credit may move, the subscription, then the accounts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._receipts = SubscriptionReceipts(uow)
        self._settlement = PaymentSettlement(uow)

    async def take_payment(
        self,
        subscription_id: UUID,
        amount: Decimal,
        method: Method,
        *,
        note: str | None = None,
        key: UUID | None = None,
        paid_on: date | None = None,
        destination: str | None = None,
    ) -> Receipt:
        """Take money for a subscription and settle its status; the same key gives the same receipt again.

        `Method.CREDIT` takes the client's own credit. `paid_on` is an earlier day on which the money came
        (`BACKDATE_PAYMENT`): from the day of the sale on, or the first day of a back-dated sale.
        `destination` names the bank account of a transfer. Raises `OverPayment` with the balance,
        `NotEnoughCredit`, `AmountNotPositive`, `PaidOnInvalid`, `DestinationUnknown`, `SubscriptionNotFound`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        subscription = await self._settlement.lock(subscription_id, credit=method is Method.CREDIT)
        owed = subscription.account.balance
        entry = await PaymentService(self.uow).take(
            subscription.account_id,
            amount,
            method,
            note,
            key,
            paid_on=paid_on,
            since=subscription.starts_on,
            destination=destination,
        )
        await self._settlement.settle(subscription, owed)
        receipt = await self._receipts.of(entry, subscription)
        notices.tell_paid(self.uow, receipt, subscription)
        return receipt

    async def void_payment(self, entry_id: UUID, reason: str) -> Subscription:
        """Undo a payment; a running subscription waits for payment again, and used credit comes back.

        Raises what `void` raises.
        """
        payments = PaymentService(self.uow)
        payment = await payments.payment(entry_id)
        found = await SubscriptionRepository(self.uow.session).of_account(payment.account_id)
        credit = payment.method is Method.CREDIT or payment.cause is EntryCause.SURPLUS
        subscription = await self._settlement.lock(found.id, credit=credit)
        owed = subscription.account.balance
        void = await payments.void(entry_id, reason)
        await self._settlement.settle(subscription, owed)
        notices.tell_voided(self.uow, payment, void.reason or "", subscription)
        return subscription

    async def refund(
        self, subscription_id: UUID, amount: Decimal, method: Method, reason: str, *, key: UUID | None = None
    ) -> LedgerEntry:
        """Hand back money that was paid, with the credit that justifies it; nothing is owed because of it.

        `Method.CREDIT` keeps it as the client's credit. The same key gives the same refund again. Raises
        `RefundTooLarge` with what was paid, `ReasonNeeded`, `SubscriptionNotFound`.
        """
        self.uow.actor.require(Permission.REFUND)
        subscription = await self._settlement.lock(subscription_id, credit=True)
        entry = await MoneyBack(self.uow).refund(subscription.account_id, amount, method, reason, key=key)
        await self._settlement.after_refund(subscription)
        notices.tell_refunded(self.uow, entry, subscription)
        return entry

    async def take_back(
        self, subscription_id: UUID, method: Method, reason: str, *, key: UUID | None = None
    ) -> Receipt:
        """All the money that was handed back came in again, with a receipt; what is owed stays as it is.

        Raises `NothingToReturn`, `NotEnoughCredit`, `ReasonNeeded`, `SubscriptionNotFound`.
        """
        subscription = await self._settlement.lock(subscription_id, credit=True)
        entry = await MoneyBack(self.uow).take_back(subscription.account_id, method, reason, key=key)
        if not subscription.account.balance:
            await after_paid(self.uow, cast("PaidSubscription", subscription))
        receipt = await self._receipts.of(entry, subscription)
        notices.tell_paid(self.uow, receipt, subscription)
        return receipt

    async def credit(
        self, subscription_id: UUID, amount: Decimal, reason: str, *, key: UUID | None = None
    ) -> GivenBack:
        """Goodwill: first off what is owed, the rest becomes the client's credit.

        The same key gives the same credit again. Raises `ReasonNeeded`, `AmountNotPositive`,
        `SubscriptionNotFound`.
        """
        self.uow.actor.require(Permission.CREDIT)
        amount, reason = positive(amount), parse_reason(reason)
        subscription = await self._settlement.lock(subscription_id, credit=True)
        done = await self._credited(subscription, key)
        if done is not None:
            return done
        owed = subscription.account.balance
        given = GivenBack(credited=min(amount, owed), kept=max(ZERO, amount - owed))
        await self._credit(subscription, given, reason, key)
        await self._settlement.settle(subscription, owed)
        notices.tell_credited(self.uow, subscription, given, reason)
        return given

    async def _credit(
        self, subscription: Subscription, given: GivenBack, reason: str, key: UUID | None
    ) -> None:
        credit = await ClientCredit(self.uow).open(subscription.client_id)
        await AccountRepository(self.uow.session).lock_all(subscription.account_id, credit.id)
        if given.credited:
            await PaymentService(self.uow).credit(subscription.account_id, given.credited, reason, key=key)
        if given.kept:
            rest = uuid5(KEPT, str(key)) if key else None
            await ClientCredit(self.uow).put(subscription.client_id, given.kept, reason, key=rest)

    async def _credited(self, subscription: Subscription, key: UUID | None) -> GivenBack | None:
        """What an earlier request with the same key has given."""
        if key is None:
            return None
        entries, accounts = EntryRepository(self.uow.session), AccountRepository(self.uow.session)
        off, kept = await entries.by_key(key), await entries.by_key(uuid5(KEPT, str(key)))
        if off is None and kept is None:
            return None
        if off is not None and (
            off.account_id != subscription.account_id or off.kind is not EntryKind.CREDIT
        ):
            raise PaymentKeyReused
        if kept is not None and (await accounts.require(kept.account_id)).client_id != subscription.client_id:
            raise PaymentKeyReused
        return GivenBack(credited=off.amount if off else ZERO, kept=kept.amount if kept else ZERO)
