"""Subscriptions read: current, waiting, latest, history; with the reader's permission checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from gym.core.database.repository import Page
from gym.security.permissions import Permission
from gym.subscriptions.models import Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import OwedSubscription
from gym.subscriptions.status.status_sync import StatusSync
from gym.subscriptions.status.statuses import is_waiting
from gym.unit_of_work import UnitOfWork


class SubscriptionQueries:
    """Every subscription it returns has its plan, account, client and freezes loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def current(self, client_id: UUID) -> Subscription | None:
        """The open subscription that covers today, its status settled on the way."""
        self._require_sight(client_id)
        found = await StatusSync(self.uow).settled_open(client_id)
        return next((one for one in found if not is_waiting(one, self.uow.today)), None)

    async def waiting(self, client_id: UUID) -> Subscription | None:
        """The one that starts later, prepaid or not."""
        self._require_sight(client_id)
        found = await StatusSync(self.uow).settled_open(client_id)
        return next((one for one in found if is_waiting(one, self.uow.today)), None)

    async def latest(self, client_id: UUID) -> Subscription | None:
        """The last period, open or not, canceled ones left out."""
        self._require_sight(client_id)
        await StatusSync(self.uow).settled_open(client_id)
        return await self._subscriptions.latest(client_id)

    async def last_canceled(self, client_id: UUID) -> Subscription | None:
        """The last one that was canceled."""
        self._require_sight(client_id)
        return await self._subscriptions.last_canceled(client_id)

    async def get(self, subscription_id: UUID) -> Subscription:
        """One subscription as it stands. Raises `SubscriptionNotFound`."""
        subscription = await self._subscriptions.require_loaded(subscription_id)
        self._require_sight(subscription.client_id)
        return subscription

    async def history(self, client_id: UUID, page: int = 0) -> Page[Subscription]:
        """A client's subscriptions, newest first."""
        self._require_sight(client_id)
        return await self._subscriptions.page_of_client(client_id, page)

    async def owed(self, client_id: UUID) -> list[OwedSubscription]:
        """What a client owes for plans, oldest first; `DebtService.of_client` tells of products too."""
        self._require_sight(client_id)
        found = await self._subscriptions.owed(client_id)
        return [OwedSubscription(subscription, subscription.account.balance) for subscription in found]

    async def ending_on(self, day: date) -> Sequence[Subscription]:
        """Subscriptions that end on a day, with no renewal after them."""
        self.uow.actor.require(Permission.SELL)
        return await self._subscriptions.ending_on([day])

    @property
    def _subscriptions(self) -> SubscriptionRepository:
        return SubscriptionRepository(self.uow.session)

    def _require_sight(self, client_id: UUID) -> None:
        """Staff and doors see everybody, members themselves."""
        self.uow.actor.require_own_or(Permission.CHECK_IN, client_id)
