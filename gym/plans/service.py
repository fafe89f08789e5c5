"""The price list: what may be sold, and what it costs on which day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database import violated_constraint
from gym.core.repository import Page
from gym.plans.errors import (
    NoPricePending,
    PlanNameTaken,
    PriceDateOutOfRange,
    PricePending,
)
from gym.plans.models import Plan, PlanPrice
from gym.plans.repository import PlanRepository
from gym.plans.schemas import (
    Duration,
    PlanChanges,
    PlanInput,
    PricedPlan,
    check_freeze_days,
    check_price,
    check_visits,
    parse_description,
    parse_plan_name,
    price_in_force,
    slug_of,
)
from gym.plans.windows import AccessWindow
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

FURTHEST: Final = timedelta(days=366)
"""How far ahead a price may be planned."""


def _window(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    window = AccessWindow.read(stored)
    return window.stored() if window else None


CHECKS: Final[Mapping[str, Callable[[Any], object]]] = {
    "name": lambda text: parse_plan_name(text or ""),
    "description": parse_description,
    "visits": check_visits,
    "window": _window,
    "freeze_days": lambda days: check_freeze_days(days or 0),
    "once_per_client": bool,
}


class PlanService:
    """Plans and dated prices. What was sold before keeps the price it was sold for."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    @property
    def _plans(self) -> PlanRepository:
        return PlanRepository(self.uow.session)

    async def create(self, data: PlanInput, key: UUID | None = None) -> Plan:
        """A plan with its price from today. Raises `PlanNameTaken` and those of the fields."""
        self.uow.actor.require(Permission.MANAGE_PLANS)
        done = await self._plans.by_key(key)
        if done is not None:
            return done
        plan = self._new(data, key)
        price = check_price(data.price)
        try:
            async with self.uow.session.begin_nested():
                await self._plans.add(plan)
        except IntegrityError as error:
            return await self._made_before(error, key, data.name)
        await self._add_price(plan.id, price, self.uow.today)
        self.uow.audit("plan.created", plan, after={"name": plan.name, "price": price})
        return plan

    async def edit(self, plan_id: UUID, changes: PlanChanges) -> Plan:
        """Change what was set. Raises `PlanNotFound`, `PlanNameTaken` and those of the fields."""
        self.uow.actor.require(Permission.MANAGE_PLANS)
        plan = await self._plans.lock(plan_id)
        fresh = {name: CHECKS[name](getattr(changes, name)) for name in changes.model_fields_set}
        if isinstance(name := fresh.get("name"), str):
            fresh["slug"] = slug_of(name)
        await self._write(plan, fresh)
        return plan

    async def deactivate(self, plan_id: UUID) -> Plan:
        """No longer sold; what runs goes on."""
        return await self._switch(plan_id, active=False)

    async def reactivate(self, plan_id: UUID) -> Plan:
        return await self._switch(plan_id, active=True)

    async def get(self, plan_id: UUID) -> Plan:
        """Raises `PlanNotFound`."""
        return await self._plans.require(plan_id)

    async def priced(self, plan_id: UUID) -> PricedPlan:
        """A plan with today's price and the planned change. Raises `PlanNotFound`."""
        return self._priced(await self._plans.priced(plan_id))

    async def active(self) -> list[PricedPlan]:
        """What may be sold today, shortest first; members may see it too."""
        return [self._priced(plan) for plan in await self._plans.all_active()]

    async def page(self, number: int = 0) -> Page[Plan]:
        """Every plan, deactivated ones last."""
        self.uow.actor.require(Permission.MANAGE_PLANS)
        return await self._plans.catalogue(number)

    async def price_on(self, plan_id: UUID, day: date) -> Decimal:
        """The price in force on a day; before the first price, the first. Raises `PlanNotFound`."""
        prices = await self._plans.prices(plan_id)
        if not prices:
            raise self._plans.missing
        return price_in_force(prices, day).amount

    async def schedule_price(self, plan_id: UUID, amount: Decimal, valid_from: date) -> PlanPrice:
        """Plan a new price, or change it as of today.

        Raises `PlanNotFound`, `PriceInvalid`, `PriceDateOutOfRange`, `PricePending` (one at a time).
        """
        self.uow.actor.require(Permission.MANAGE_PLANS)
        amount, today = check_price(amount), self.uow.today
        if not today <= valid_from <= today + FURTHEST:
            raise PriceDateOutOfRange(today, today + FURTHEST)
        plan = await self._plans.lock(plan_id)
        prices = await self._plans.prices(plan_id)
        if prices[-1].valid_from > today:
            raise PricePending(prices[-1].amount, prices[-1].valid_from)
        price = await self._follow(prices[-1], amount, valid_from)
        self.uow.audit("plan.price_scheduled", plan, after={"amount": amount, "valid_from": valid_from})
        return price

    async def cancel_price(self, plan_id: UUID) -> Plan:
        """Forget the planned price; today's goes on. Raises `PlanNotFound`, `NoPricePending`."""
        self.uow.actor.require(Permission.MANAGE_PLANS)
        plan = await self._plans.lock(plan_id)
        prices = await self._plans.prices(plan_id)
        if len(prices) < 2 or prices[-1].valid_from <= self.uow.today:
            raise NoPricePending
        gone = {"amount": prices[-1].amount, "valid_from": prices[-1].valid_from}
        await self._plans.remove_price(prices[-1])
        prices[-2].valid_until = None
        self.uow.audit("plan.price_canceled", plan, before=gone)
        return plan

    def _new(self, data: PlanInput, key: UUID | None) -> Plan:
        duration = Duration(data.duration_unit, data.duration_count)
        fields = {name: check(getattr(data, name)) for name, check in CHECKS.items()}
        return Plan(
            **fields,
            slug=slug_of(data.name),
            duration_unit=duration.unit,
            duration_count=duration.count,
            active=True,
            idempotency_key=key,
            created_at=self.uow.now,
        )

    async def _made_before(self, error: IntegrityError, key: UUID | None, name: str) -> Plan:
        """A parallel call with the same key has won; any other clash is one of names."""
        done = await self._plans.by_key(key)
        if done is not None:
            return done
        if violated_constraint(error) == "uq_plans_slug":
            raise PlanNameTaken(name.strip()) from None
        raise error

    async def _write(self, plan: Plan, fresh: Mapping[str, object]) -> None:
        try:
            async with self.uow.session.begin_nested():
                for name, value in fresh.items():
                    setattr(plan, name, value)
                self.uow.audit_changes("plan.changed", plan)
                await self.uow.session.flush()
        except IntegrityError as error:
            if violated_constraint(error) == "uq_plans_slug":
                raise PlanNameTaken(str(fresh["name"])) from None
            raise

    async def _switch(self, plan_id: UUID, *, active: bool) -> Plan:
        self.uow.actor.require(Permission.MANAGE_PLANS)
        plan = await self._plans.lock(plan_id)
        plan.active = active
        self.uow.audit_changes("plan.reactivated" if active else "plan.deactivated", plan)
        return plan

    async def _follow(self, current: PlanPrice, amount: Decimal, valid_from: date) -> PlanPrice:
        if current.valid_from == valid_from:
            current.amount = amount
            return current
        current.valid_until = valid_from
        await self.uow.session.flush()
        return await self._add_price(current.plan_id, amount, valid_from)

    async def _add_price(self, plan_id: UUID, amount: Decimal, valid_from: date) -> PlanPrice:
        price = PlanPrice(plan_id=plan_id, amount=amount, valid_from=valid_from, valid_until=None)
        self.uow.session.add(price)
        await self.uow.session.flush()
        return price

    def _priced(self, plan: Plan) -> PricedPlan:
        today = self.uow.today
        last = plan.prices[-1]
        price = price_in_force(plan.prices, today)
        return PricedPlan(plan, price.amount, last if last.valid_from > today and last is not price else None)
