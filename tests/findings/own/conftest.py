"""Fixtures of the own membership: Ana is an admin and trains here, with a row for each thing that could be
given."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client
from gym.payments.credit import ClientCredit
from gym.payments.models import Account, Method
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, Role
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.attendance.conftest import change
from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram
from tests.conftest import hire
from tests.support.memberships import DeskClerk

__all__ = ["api", "desk_bot", "make_member", "make_staff", "open_bot", "routers", "sandbox", "telegram"]
ANA, PART = 4711, Decimal(50000)


class Undone(Exception):
    """Rolls a transaction back: what was tried has not happened."""


@dataclass(frozen=True)
class World:
    """Ana with her own client row, two colleagues, and ids of everything that could be given away."""

    gym: Gym
    ana: Actor
    bruno: Actor
    carla: Actor
    client: Client
    plan: Plan
    free: Plan
    pack: Plan
    one: Subscription
    account: Account
    payment: UUID
    visit: UUID
    denied: UUID
    request: UUID
    quote: Quote

    @asynccontextmanager
    async def tries(self, actor: Actor) -> AsyncGenerator[UnitOfWork]:
        """One transaction that is taken back when nothing was refused."""
        try:
            async with self.gym.unit_of_work(actor) as uow:
                yield uow
                await uow.flush()
                raise Undone
        except Undone:
            pass


@pytest.fixture
async def world(gym: Gym) -> World:
    ana = await hire(gym, "Ana Admin", Role.ADMIN, ANA)
    bruno = await hire(gym, "Bruno Employee", Role.EMPLOYEE)
    carla = await hire(gym, "Carla Admin", Role.ADMIN)
    desk = DeskClerk(gym, carla)
    client = await desk.client("Ana", telegram_id=ANA)
    monthly = await desk.plan(name="Monthly")
    pack = await desk.plan(unit=DurationUnit.MONTH, visits=10, name="Pack")
    free = await desk.plan(Decimal(0), name="Friends")
    one = await desk.sell(client, monthly)
    receipt = await desk.pay(one, PART)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ClientCredit(uow).put(client.id, PART, "goodwill")
    visit, denied = await _door(gym, carla, client)
    async with gym.unit_of_work(bruno) as uow:
        asked = await ApprovalService(uow).ask_refund(one.id, PART, Method.CASH, "ill for weeks")
    async with gym.unit_of_work(carla) as uow:
        quote = await SubscriptionService(uow).quote_renewal(client.id)
    return World(
        gym,
        ana,
        bruno,
        carla,
        client,
        pack,
        free,
        pack,
        one,
        one.account,
        receipt.entry_id,
        visit,
        denied,
        asked.id,
        quote,
    )


async def _door(gym: Gym, carla: Actor, client: Client) -> tuple[UUID, UUID]:
    """A denial, and a visit against it."""
    await change(gym, client, blocked_until=gym.clock.now().date() + timedelta(days=2), block_reason="rows")
    async with gym.unit_of_work(carla) as uow:
        denied = await AttendanceService(uow).check_in_client(client.id)
    async with gym.unit_of_work(carla) as uow:
        visit = await AttendanceService(uow).admit_anyway(denied.id, "she paid at the door")
    async with gym.unit_of_work(carla) as uow:
        again = await AttendanceService(uow).check_in_client(client.id)
    return visit.id, again.id
