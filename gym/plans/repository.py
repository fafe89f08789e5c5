"""Queries over plans and their prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import selectinload

from gym.core.repository import Page, Repository
from gym.plans.errors import PlanNotFound
from gym.plans.models import DurationUnit, Plan, PlanPrice

DAYS = {DurationUnit.DAY: 1, DurationUnit.WEEK: 7, DurationUnit.MONTH: 30, DurationUnit.YEAR: 365}


class PlanRepository(Repository[Plan, UUID]):
    model = Plan
    missing = PlanNotFound

    async def by_key(self, key: UUID | None) -> Plan | None:
        """The plan an idempotency key has made already."""
        if key is None:
            return None
        return await self.session.scalar(select(Plan).where(Plan.idempotency_key == key))

    async def priced(self, plan_id: UUID) -> Plan:
        """A plan with its prices, oldest first."""
        query = select(Plan).where(Plan.id == plan_id).options(selectinload(Plan.prices))
        plan = await self.session.scalar(query, execution_options={"populate_existing": True})
        if plan is None:
            raise self.missing
        return plan

    async def all_active(self) -> list[Plan]:
        """What may be sold, shortest first, with prices."""
        query = select(Plan).where(Plan.active).options(selectinload(Plan.prices))
        return list(await self.session.scalars(query.order_by(_length(), Plan.name)))

    async def catalogue(self, number: int) -> Page[Plan]:
        """Every plan with its prices, active ones first."""
        query: Select[Plan] = select(Plan).options(selectinload(Plan.prices))
        return await self.page(query.order_by(Plan.active.desc(), _length(), Plan.name), number)

    async def prices(self, plan_id: UUID) -> list[PlanPrice]:
        """Oldest first, as they stand now."""
        query = select(PlanPrice).where(PlanPrice.plan_id == plan_id).order_by(PlanPrice.valid_from)
        return list(await self.session.scalars(query, execution_options={"populate_existing": True}))

    async def price_on(self, plan_id: UUID, day: date) -> Decimal | None:
        """The price in force on a day; before the first price, the first. None for a plan without any."""
        later = PlanPrice.valid_until.is_(None) | (PlanPrice.valid_until > day)
        in_force = case(((PlanPrice.valid_from <= day) & later, 0), else_=1)
        query = select(PlanPrice.amount).where(PlanPrice.plan_id == plan_id)
        return await self.session.scalar(query.order_by(in_force, PlanPrice.valid_from).limit(1))

    async def remove_price(self, price: PlanPrice) -> None:
        await self.session.delete(price)
        await self.session.flush()


def _length() -> ColumnElement[int]:
    days = case(DAYS, value=Plan.duration_unit, else_=1)
    return func.coalesce(days, 1) * Plan.duration_count
