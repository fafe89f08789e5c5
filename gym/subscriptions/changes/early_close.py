"""Early close of a subscription before its last day, and new days for the renewal that waits behind it."""

from __future__ import annotations

from gym.subscriptions.freezes.rescheduling import Rescheduling, SubscriptionChain
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.periods import Period
from gym.subscriptions.status.statuses import closed_status
from gym.unit_of_work import UnitOfWork


class EarlyClose:
    """The caller holds the client's row and open subscriptions locked."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def cancel(self, subscription: Subscription, reason: str, action: str) -> None:
        """Ended by somebody, for a reason. Its freezes have been released; its days are free at once."""
        subscription.status = SubscriptionStatus.CANCELED
        subscription.cancel_reason = reason
        await self._close(subscription, action)

    async def use_up(self, pack: Subscription) -> None:
        """A visit pack without visits ends today, so that the one behind it can begin."""
        if pack.freezes:
            await FreezeService(self.uow).release(pack.id)
        pack.status = closed_status(SubscriptionStatus.EXPIRED, pack.account.balance)
        pack.ends_on = self.uow.today
        await self._close(pack, "subscription.used_up")

    async def place(self, waiting: Subscription, period: Period) -> None:
        """Lay a waiting one out from another first day; its gift days come along, freezes inside push."""
        chain = SubscriptionChain([waiting])
        chain.usable[waiting.id] = period.days + waiting.gift_days
        waiting.starts_on, waiting.ends_on, waiting.anchor = period.starts_on, period.ends_on, period.anchor
        await Rescheduling(self.uow).arrange([chain])

    async def _close(self, subscription: Subscription, action: str) -> None:
        subscription.closed_at = self.uow.now
        self.uow.audit_changes(action, subscription)
        await self.uow.session.flush()
