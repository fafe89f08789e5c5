"""Charges of plans that were canceled before their first day, as 0.1.0 kept them: listed while owed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Date, Select, cast, func, select

from gym.core.database.repository import Page, Repository
from gym.payments.models import Account
from gym.security.permissions import Permission
from gym.subscriptions.errors import SubscriptionNotFound
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.repository import WHOLE
from gym.unit_of_work import UnitOfWork


class UnbegunChargeRepository(Repository[Subscription, UUID]):
    model = Subscription
    missing = SubscriptionNotFound

    async def owed(self, zone: str, number: int) -> Page[Subscription]:
        return await self.page(_unbegun(zone).order_by(Subscription.closed_at, Subscription.id), number)


class UnbegunChargeService:
    """For admins. A cancellation before the first day credits its charge by itself today, so none is added.

    Nothing is credited without being asked: the gym may have agreed on something else with the client.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def listed(self, page: int = 0) -> Page[Subscription]:
        """What was canceled first stands first; each leaves the list when it is paid or written off."""
        self.uow.actor.require(Permission.CREDIT)
        return await UnbegunChargeRepository(self.uow.session).owed(self.uow.settings.timezone, page)


def _unbegun(zone: str) -> Select[Subscription]:
    """Owed for, and closed on a gym day before the first one."""
    query: Select[Subscription] = select(Subscription).options(*WHOLE).join(Subscription.account)
    return query.where(
        Subscription.status == SubscriptionStatus.CANCELED,
        Account.balance > 0,
        cast(func.timezone(zone, Subscription.closed_at), Date) < Subscription.starts_on,
    )
