"""Status synchronisation: rows brought in line with day and balance, on read and by the daily jobs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from gym.subscriptions import notices
from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.status.statuses import due_status
from gym.unit_of_work import UnitOfWork


class StatusSync:
    """Writes the status that is due, records it and tells. Rows are locked by whoever hands them in."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def settle(self, *subscriptions: Subscription) -> list[Subscription]:
        """Those whose status had to change."""
        moved: list[tuple[Subscription, SubscriptionStatus]] = []
        for subscription in subscriptions:
            before = subscription.status
            if self._move(subscription):
                moved.append((subscription, before))
        await self._tell(moved)
        return [subscription for subscription, _ in moved]

    async def lock_settled(self, client_id: UUID) -> None:
        """Lock a client's open subscriptions, read afresh, and settle them."""
        found = await SubscriptionRepository(self.uow.session).lock_open(client_id)
        await self.settle(*found)
        # Closed before anything else is written, so that it holds no days any more.
        await self.uow.session.flush()

    async def settled_open(self, client_id: UUID) -> Sequence[Subscription]:
        """A client's open subscriptions with statuses that agree; locks only when one does not."""
        repository = SubscriptionRepository(self.uow.session)
        found = await repository.open_of(client_id)
        if any(due_status(one, self.uow.today) is not one.status for one in found):
            await self.lock_settled(client_id)
            found = await repository.open_of(client_id)
        return found

    def _move(self, subscription: Subscription) -> bool:
        due = due_status(subscription, self.uow.today)
        if due is subscription.status:
            return False
        if due not in OPEN and subscription.status in OPEN:
            subscription.closed_at = self.uow.now
        subscription.status = due
        return self.uow.audit_changes(f"subscription.{due}", subscription)

    async def _tell(self, moved: Sequence[tuple[Subscription, SubscriptionStatus]]) -> None:
        """Of what has ended and of what has begun; a debt of the past that is paid has its receipt."""
        ended = [one for one, before in moved if before in OPEN and one.status not in OPEN]
        staying = await self._staying(ended)
        for subscription, before in moved:
            if subscription in ended:
                leaves = subscription.client_id not in staying
                notices.tell_expired(self.uow, subscription, leaves=leaves)
            elif before is SubscriptionStatus.SCHEDULED:
                notices.tell_activated(self.uow, subscription)

    async def _staying(self, ended: Sequence[Subscription]) -> set[UUID]:
        if not ended:
            return set()
        clients = [subscription.client_id for subscription in ended]
        return await SubscriptionRepository(self.uow.session).staying(clients, self.uow.today)
