"""Queries of plans and prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from gym.core.database.repository import Repository
from gym.plans.errors import PlanNotFound
from gym.plans.models import Plan, PlanPrice
from gym.plans.schemas import PricedPlan


def in_force(day: date) -> ColumnElement[bool]:
    """Prices of `[valid_from, valid_until)` around a day."""
    return and_(
        PlanPrice.valid_from <= day, or_(PlanPrice.valid_until.is_(None), PlanPrice.valid_until > day)
    )


class PlanRepository(Repository[Plan, UUID]):
    model = Plan
    missing = PlanNotFound

    async def by_key(self, key: UUID) -> Plan | None:
        return await self.session.scalar(select(Plan).where(Plan.idempotency_key == key))

    async def priced(self, day: date, *, active_only: bool) -> list[PricedPlan]:
        """Plans with their price of a day, by name, in one query."""
        coming = aliased(PlanPrice)
        query = (
            select(Plan, PlanPrice.amount, coming)
            .join(PlanPrice, and_(PlanPrice.plan_id == Plan.id, in_force(day)))
            .outerjoin(coming, and_(coming.plan_id == Plan.id, coming.valid_from > day))
        )
        if active_only:
            query = query.where(Plan.active)
        rows = await self.session.execute(query.order_by(Plan.active.desc(), Plan.name, Plan.id))
        return [PricedPlan(plan, amount, later) for plan, amount, later in rows]

    async def price_on(self, plan_id: UUID, day: date) -> Decimal | None:
        query = select(PlanPrice.amount).where(PlanPrice.plan_id == plan_id, in_force(day))
        return await self.session.scalar(query)

    async def price_row(self, plan_id: UUID, day: date) -> PlanPrice | None:
        """The price of a day, with the days on which it holds."""
        query = select(PlanPrice).where(PlanPrice.plan_id == plan_id, in_force(day))
        return await self.session.scalar(query)

    async def prices(self, plan_id: UUID) -> Sequence[PlanPrice]:
        """Oldest first."""
        query = select(PlanPrice).where(PlanPrice.plan_id == plan_id).order_by(PlanPrice.valid_from)
        return (await self.session.scalars(query)).all()

    async def lock_prices(self, plan_id: UUID) -> list[PlanPrice]:
        """Every price of a plan, oldest first, locked."""
        query = select(PlanPrice).where(PlanPrice.plan_id == plan_id).order_by(PlanPrice.valid_from)
        found = await self.session.scalars(
            query.with_for_update(), execution_options={"populate_existing": True}
        )
        return list(found)

    async def waiting(self, day: date) -> dict[UUID, PlanPrice]:
        """Price changes that begin after a day, by plan."""
        query = select(PlanPrice).where(PlanPrice.valid_from > day)
        return {price.plan_id: price for price in await self.session.scalars(query)}
