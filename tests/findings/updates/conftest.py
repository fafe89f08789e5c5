"""A gym with a bit of everything in it, and four people who send what no app would send."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import update

from bot.sandbox.server import SandboxServer
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.clients.models import Client
from gym.core.database.ids import new_id
from gym.kiosks.models import Kiosk
from gym.payments.models import Method
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.guards.conftest import World, database_url, planted, world
from tests.support.hostile_telegram import HostileTelegram
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.shop import WATER, Shop

__all__ = ["database_url", "planted", "world"]


@pytest.fixture
async def hostile(sandbox: SandboxServer) -> AsyncGenerator[HostileTelegram]:
    async with HostileTelegram(sandbox).open() as server:
        yield server


@dataclass(frozen=True)
class Cast:
    """Who may send things."""

    gym: Gym
    admin: Person
    employee: Person
    member: Person
    stranger: Person

    @property
    def everybody(self) -> dict[str, Person]:
        return {
            "admin": self.admin,
            "employee": self.employee,
            "member": self.member,
            "stranger": self.stranger,
        }

    async def restore(self) -> None:
        """Give everybody their role back, whatever they have done to each other."""
        async with self.gym.unit_of_work(Actor.system()) as uow:
            for person, role in ((self.admin, Role.ADMIN), (self.employee, Role.EMPLOYEE)):
                theirs = update(Staff).where(Staff.name == person.name)
                await uow.session.execute(theirs.values(role=role, active=True, telegram_id=person.id))


@pytest.fixture
async def cast(world: World, gym: Gym, telegram: SandboxClient, make_staff) -> Cast:
    """An admin, an employee, Rosa and somebody; each has written to the bot."""
    people = [await telegram.person(name) for name in ("Ada", "Ben", "Rosa", "Zoe")]
    await make_staff(people[0], Role.ADMIN)
    await make_staff(people[1], Role.EMPLOYEE)
    async with gym.unit_of_work(Actor.system()) as uow:
        rosa = update(Client).where(Client.id == world.ids["rosa"])
        found = await uow.session.execute(
            rosa.values(telegram_id=people[2].id, linked_at=gym.clock.now()).returning(Client.id)
        )
        assert found.one(), "the world's people are in this gym"
    return Cast(gym, *people)


@pytest.fixture
async def stocked(world: World, gym: Gym, admin: Actor) -> World:
    """With a kiosk, a product, a sale on account and one taken back, and a void that is asked for."""
    rosa, otto, half = (world.ids[name] for name in ("rosa", "otto", "half"))
    assert isinstance(rosa, UUID)
    assert isinstance(otto, UUID)
    assert isinstance(half, UUID)
    water = await Shop(gym, admin).has(99, barcode="7702004003508")
    async with gym.unit_of_work(admin) as uow:
        sales = SaleService(uow)
        owed = await sales.sell([WantedPieces(water.id, 2)], [], otto)
        gone = await sales.sell([WantedPieces(water.id, 1)], [PaidPart(Method.CASH, WATER)], rosa)
        await SaleReturns(uow).void(gone.id, "wrong bottle")
        asked = await ApprovalService(uow).ask_void(half, "mistyped")
        kiosk = Kiosk(id=new_id(), name="Main door", secret_hash="-", paired_at=gym.clock.now())
        uow.session.add(kiosk)
    world.ids |= {"product": water.id, "sale": owed.id, "returned": gone.id}
    world.ids |= {"approval": asked.id, "kiosk": kiosk.id}
    return world


@pytest.fixture
async def welcomed(cast: Cast, desk_bot: RunningBot) -> Cast:
    """All four see their first screen."""
    for person in cast.everybody.values():
        await person.sends("/start")
        await person.sees("")
    return cast
