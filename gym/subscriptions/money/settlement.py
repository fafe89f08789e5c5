"""Settlement of a subscription after money moved: lock, status, referral reward."""

from __future__ import annotations

from decimal import Decimal
from typing import cast
from uuid import UUID

from gym.payments.money_back import MoneyBack
from gym.rewards.granting import PaidSubscription, after_paid, after_unpaid
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.models import Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.status.status_sync import StatusSync
from gym.unit_of_work import UnitOfWork


class PaymentSettlement:
    """Steps of every operation on a subscription's money: `lock`, then the ledger, then `settle`."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)

    async def lock(self, subscription_id: UUID, *, credit: bool) -> Subscription:
        """Lock a subscription whose money is about to move; with `credit` also its client's row.

        Raises `OwnMembershipRefused`, `SubscriptionNotFound`.
        """
        found = await self._subscriptions.require_loaded(subscription_id)
        await FourEyes(self.uow).require_another(found.client_id, Permission.TAKE_PAYMENT)
        if credit:
            await self._subscriptions.lock_client(found.client_id)
        return await self._subscriptions.lock_loaded(subscription_id)

    async def settle(self, subscription: Subscription, owed: Decimal) -> None:
        """Bring the status in line with the balance, and the referral reward with the first paid period.

        `owed` is the balance before the money moved.
        """
        await StatusSync(self.uow).settle(subscription)
        balance = subscription.account.balance
        if owed and not balance:
            await after_paid(self.uow, cast("PaidSubscription", subscription))
        if balance and not owed:
            await after_unpaid(self.uow, cast("PaidSubscription", subscription))

    async def after_refund(self, subscription: Subscription) -> None:
        """Take the referral reward back when all the money of the period was given back."""
        if not await MoneyBack(self.uow).refundable(subscription.account_id):
            await after_unpaid(self.uow, cast("PaidSubscription", subscription))
