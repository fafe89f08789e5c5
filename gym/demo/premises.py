"""Premises of the demo gym: staff, a door, plans with their dated prices, and a week of grace for debts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import update

from gym.demo.history.books import DemoWorld
from gym.demo.history.catalogue import ANNOUNCED, DemoPlan
from gym.demo.history.team import OWNER, TEAM
from gym.kiosks.models import Kiosk
from gym.plans.schemas import PlanInput
from gym.plans.service import PlanService
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.staff.models import Staff
from gym.staff.setting_changes import SettingChanges
from gym.unit_of_work import UnitOfWork

GRACE_DAYS: Final = 8
NO_SECRET: Final = "!"  # noqa: S105 - no hash, so no secret fits
"""Nothing hashes to it: the door is there for its history, and a real one is paired beside it."""


class DemoPremises:
    """What is there before the first member comes."""

    def __init__(self, uow: UnitOfWork, world: DemoWorld) -> None:
        self.uow = uow
        self._world = world

    async def settle(self) -> GymSettings:
        """The gym's settings as they hold in the history."""
        return await SettingChanges(self.uow).change_settings({"grace_days": GRACE_DAYS})

    async def hire(self) -> dict[int, Actor]:
        """The team, by number; they have no chats."""
        opened = self._at(self._world.first, 4)
        rows = {
            one.number: Staff(name=one.name, role=one.role, language="es", created_at=opened) for one in TEAM
        }
        self.uow.session.add_all(rows.values())
        await self.uow.session.flush()
        return {one.number: Actor.staff(rows[one.number].id, one.name, one.role, "es") for one in TEAM}

    async def hand_over(self, actors: dict[int, Actor]) -> None:
        """The earlier owner leaves, so that whoever tries the gym out can claim it."""
        await self.uow.session.execute(
            update(Staff).where(Staff.id == actors[OWNER.number].id).values(active=False)
        )

    async def door(self) -> UUID:
        row = Kiosk(
            name="Puerta principal",
            secret_hash=NO_SECRET,
            active=False,
            paired_at=self._at(self._world.first, 4),
        )
        self.uow.session.add(row)
        await self.uow.session.flush()
        return row.id

    async def plans(self, owner: Actor) -> dict[str, UUID]:
        """The plans by name, each with every price of its history."""
        made: dict[str, UUID] = {}
        for plan in self._world.plans.all:
            self.uow.write_history(owner, self._at(self._world.first, 4))
            row = await PlanService(self.uow).create(_input(plan, self._world.first))
            await self.uow.session.flush()
            made[plan.name] = row.id
            for year in range(self._world.first.year, self._world.last.year + 1):
                await self._raise(plan, row.id, year, owner)
        return made

    async def _raise(self, plan: DemoPlan, plan_id: UUID, year: int, owner: Actor) -> None:
        announced = self._at(max(date(year, *ANNOUNCED), self._world.first), 10)
        if announced > self._world.now:
            return
        self.uow.write_history(owner, announced)
        first = date(year + 1, 1, 1)
        await PlanService(self.uow).schedule_price(plan_id, Decimal(plan.price_on(first)), first)

    def _at(self, day: date, hour: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=self._world.zone)


def _input(plan: DemoPlan, first: date) -> PlanInput:
    return PlanInput(
        name=plan.name,
        duration_unit=plan.unit,
        duration_count=plan.count,
        price=Decimal(plan.price_on(first)),
        visits=plan.visits,
        window=plan.window,
        freeze_days=plan.freeze_days,
    )
