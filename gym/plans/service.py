"""Plans and their dated prices. A plan with history is deactivated, never deleted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.core.money import LARGEST, to_cents
from gym.plans.errors import (
    NoPriceChange,
    PlanNameTaken,
    PlanNotFound,
    PriceChangePending,
    PriceInvalid,
)
from gym.plans.models import Plan, PlanPrice
from gym.plans.repository import PlanRepository
from gym.plans.schemas import (
    PlanChanges,
    PlanInput,
    PricedPlan,
    checked_price_start,
    parse_plan_name,
    slug_of,
)
from gym.plans.windows import checked_window
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

FIRST_DAY = date(2000, 1, 1)
"""A first price holds for all earlier days too: sales may start up to 30 days back."""


class PlanService:
    """A sold subscription keeps its own price, whatever happens here."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._plans = PlanRepository(uow.session)

    async def create(self, data: PlanInput, key: UUID | None = None) -> Plan:
        """A new plan with its price. Raises `PlanNameTaken`; the same key gives the same plan."""
        self.uow.actor.require(Permission.MANAGE_PLANS)
        if key is not None and (known := await self._plans.by_key(key)) is not None:
            return known
        values = data.model_dump(exclude={"price", "name", "window"})
        name = parse_plan_name(data.name)
        plan = Plan(
            **values,
            name=name,
            slug=slug_of(name),
            window=checked_window(data.window),
            idempotency_key=key,
            created_at=self.uow.now,
        )
        try:
            async with self._unique():
                self.uow.session.add(plan)
        except PlanNameTaken:
            # The same tap on two workers: the other one has committed.
            if key is not None and (known := await self._plans.by_key(key)) is not None:
                return known
            raise
        self._price(plan.id, data.price, FIRST_DAY)
        self.uow.audit("plan.created", plan, None, data.model_dump())
        return plan

    async def edit(self, plan_id: UUID, changes: PlanChanges) -> Plan:
        """Change what is not the price. Raises `PlanNameTaken`."""
        plan = await self._lock(plan_id)
        async with self._unique():
            for name in changes.model_fields_set - {"name", "window"}:
                setattr(plan, name, getattr(changes, name))
            if "name" in changes.model_fields_set:
                plan.name = parse_plan_name(changes.name)
                plan.slug = slug_of(plan.name)
            if "window" in changes.model_fields_set:
                plan.window = checked_window(changes.window)
            self.uow.audit_changes("plan.edited", plan)
        return plan

    async def deactivate(self, plan_id: UUID) -> Plan:
        """Not sold any more; what was sold goes on."""
        return await self._set_active(plan_id, active=False)

    async def reactivate(self, plan_id: UUID) -> Plan:
        return await self._set_active(plan_id, active=True)

    async def get(self, plan_id: UUID) -> Plan:
        return await self._plans.require(plan_id)

    async def active(self) -> list[PricedPlan]:
        """What is on sale today, with today's prices."""
        return await self._plans.priced(self.uow.today, active_only=True)

    async def all(self) -> list[PricedPlan]:
        """Every plan, those on sale first."""
        return await self._plans.priced(self.uow.today, active_only=False)

    async def price_on(self, plan_id: UUID, day: date) -> Decimal:
        """The price of a subscription that starts on a day. Raises `PlanNotFound`."""
        price = await self._plans.price_on(plan_id, day)
        if price is None:
            raise PlanNotFound
        return price

    async def waiting_prices(self) -> dict[UUID, PlanPrice]:
        """The price changes that are planned, by plan."""
        return await self._plans.waiting(self.uow.today)

    async def prices(self, plan_id: UUID) -> Sequence[PlanPrice]:
        """Every price a plan has had and will have, oldest first."""
        await self._plans.require(plan_id)
        return await self._plans.prices(plan_id)

    async def schedule_price(self, plan_id: UUID, amount: Decimal, valid_from: date) -> PlanPrice:
        """A new price from a day on, one at a time; the same one again is the one that waits.

        Raises `PriceInvalid`, `PriceStartInvalid`, `PriceStartTooFar`, `PriceChangePending`.
        """
        plan = await self._lock(plan_id)
        if not amount.is_finite() or not 0 <= amount <= LARGEST:
            raise PriceInvalid
        checked_price_start(valid_from, self.uow.today)
        current = (await self._plans.lock_prices(plan_id))[-1]
        if current.valid_from > self.uow.today:
            if (current.amount, current.valid_from) == (to_cents(amount), valid_from):
                return current
            raise PriceChangePending(current.valid_from)
        current.valid_until = valid_from
        await self.uow.session.flush()
        price = self._price(plan_id, amount, valid_from)
        await self.uow.session.flush()
        self.uow.audit("plan.price_scheduled", plan, None, {"amount": amount, "valid_from": valid_from})
        return price

    async def cancel_price(self, plan_id: UUID, price_id: UUID | None = None) -> None:
        """The price of today stays; with `price_id` only if it is that one which waits.

        Raises `NoPriceChange`.
        """
        plan = await self._lock(plan_id)
        *_, before, waiting = [None, *await self._plans.lock_prices(plan_id)]
        if before is None or waiting is None or waiting.valid_from <= self.uow.today:
            raise NoPriceChange
        if price_id not in (None, waiting.id):
            raise NoPriceChange
        await self.uow.session.delete(waiting)
        await self.uow.session.flush()
        before.valid_until = None
        gone = {"amount": waiting.amount, "valid_from": waiting.valid_from}
        self.uow.audit("plan.price_canceled", plan, gone, None)

    async def _lock(self, plan_id: UUID) -> Plan:
        self.uow.actor.require(Permission.MANAGE_PLANS)
        return await self._plans.lock(plan_id)

    async def _set_active(self, plan_id: UUID, *, active: bool) -> Plan:
        plan = await self._lock(plan_id)
        plan.active = active
        self.uow.audit_changes("plan.activated" if active else "plan.deactivated", plan)
        return plan

    def _price(self, plan_id: UUID, amount: Decimal, valid_from: date) -> PlanPrice:
        price = PlanPrice(plan_id=plan_id, amount=to_cents(amount), valid_from=valid_from)
        self.uow.session.add(price)
        return price

    @asynccontextmanager
    async def _unique(self) -> AsyncGenerator[None]:
        """Write inside; PostgreSQL decides which name is free."""
        try:
            async with self.uow.session.begin_nested():
                yield
                await self.uow.session.flush()
        except IntegrityError as error:
            if violated_constraint(error) in ("uq_plans_slug", "uq_plans_idempotency_key"):
                raise PlanNameTaken from None
            raise
