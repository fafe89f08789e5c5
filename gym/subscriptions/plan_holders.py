"""Count of clients with an open subscription to a plan: how many a change of the plan would touch."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from gym.security.permissions import Permission
from gym.subscriptions.models import OPEN, Freeze, Subscription
from gym.unit_of_work import UnitOfWork


class PlanHolders:
    """Counts, for whoever is about to change a plan."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def count(self, plan_id: UUID) -> int:
        """Clients with an open subscription to a plan, those who wait for its start as well."""
        self.uow.actor.require(Permission.SELL)
        return await self.uow.session.scalar(_holders(plan_id, self.uow.today)) or 0


def _holders(plan_id: UUID, today: date) -> Select[int]:
    lasting = select(Freeze.id).where(
        Freeze.subscription_id == Subscription.id, Freeze.ends_on.is_(None), Freeze.canceled_at.is_(None)
    )
    # Until the client returns the dates say nothing, here and in what is held behind it.
    holds = or_(Subscription.ends_on >= today, Subscription.held, lasting.exists())
    return select(func.count(Subscription.client_id.distinct())).where(
        Subscription.plan_id == plan_id, Subscription.status.in_(OPEN), holds
    )
