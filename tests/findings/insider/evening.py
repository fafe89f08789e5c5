"""A repeatable evening at the desk for the search: every act is a savepoint of one connection."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import gym_day
from gym.core.errors import GymError
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, Role
from gym.settings.schemas import GymSettings
from gym.transfers.models import PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys
from gym.unit_of_work import Context, UnitOfWork
from tests.conftest import hire
from tests.findings.insider.bank import BankStatement
from tests.support.memberships import DeskClerk
from tests.support.shop import Shop

Result = TypeVar("Result")
OWN_TELEGRAM = 600
MONTH, WEEK, PACK = Decimal(150000), Decimal(45000), Decimal(120000)


@dataclass
class Evening:
    """Iris works the evening shift and trains here; Otto, her friend, and three others come to the desk."""

    gym: Gym
    connection: AsyncConnection
    settings: GymSettings
    iris: Actor
    ana: Actor
    own: UUID
    friend: UUID
    others: tuple[UUID, ...]
    plans: tuple[UUID, ...]
    payment_key: UUID
    """Where members can send money."""
    water: UUID | None = None
    """What is sold by the piece, of which there are plenty."""
    bank: BankStatement = field(default_factory=BankStatement)
    refused: int = 0
    surprises: list[str] = field(default_factory=list[str])

    @property
    def today(self) -> date:
        return gym_day(self.gym.clock.now(), self.settings.zone)

    @property
    def people(self) -> tuple[UUID, ...]:
        return (self.own, self.friend, *self.others)

    async def act(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result | None:
        """One transaction of somebody; None when it was refused."""
        now = self.gym.clock.now()
        context = Context(actor, now, self.today, self.settings, now)
        sessions = self.gym.database.sessions
        async with sessions(bind=self.connection, join_transaction_mode="create_savepoint") as session:
            uow = UnitOfWork(session, context, self.gym.secrets)
            try:
                done = await work(uow)
                await uow.flush()
                await session.commit()
            except GymError:
                self.refused += 1
                await session.rollback()
                return None
            except DBAPIError as error:
                self.surprises.append(str(error.orig))
                await session.rollback()
                return None
        return done

    async def rows(self, query: str, **values: Any) -> list[Any]:
        return list((await self.connection.execute(text(query), values)).all())

    @asynccontextmanager
    async def again(self) -> AsyncGenerator[None]:
        """Whatever happens inside has not happened."""
        savepoint, lines = await self.connection.begin_nested(), [*self.bank.lines]
        try:
            yield
        finally:
            self.bank.lines = lines
            await savepoint.rollback()


@asynccontextmanager
async def evening(gym: Gym) -> AsyncGenerator[Evening]:
    ana = await hire(gym, "Ana Admin", Role.ADMIN)
    iris = await hire(gym, "Iris Employee", Role.EMPLOYEE, OWN_TELEGRAM)
    desk = DeskClerk(gym, ana)
    names = ("Otto", "Rosa", "Luis", "Marta")
    people = [await desk.client("Iris", OWN_TELEGRAM), *[await desk.client(name) for name in names]]
    month = await desk.plan(MONTH)
    plans = [
        month,
        await desk.plan(WEEK, DurationUnit.WEEK, name="Week"),
        await desk.plan(PACK, name="Pack", visits=10),
    ]
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Plan).values(freeze_days=10))
    await _paid_before(gym, desk, people[0], month)
    await _paid_before(gym, desk, people[4], month)
    water = await Shop(gym, ana).has(1000)
    nequi = await has_payment_key(gym, ana, "300 123 4567")
    async with gym.unit_of_work(ana) as uow:
        settings = uow.settings
    async with gym.database.engine.connect() as connection, connection.begin() as whole:
        yield Evening(
            gym,
            connection,
            settings,
            iris,
            ana,
            people[0].id,
            people[1].id,
            tuple(one.id for one in people[2:]),
            tuple(plan.id for plan in plans),
            nequi,
            water.id,
        )
        await whole.rollback()


async def has_payment_key(gym: Gym, admin: Actor, value: str) -> UUID:
    async with gym.unit_of_work(admin) as uow:
        return (await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", value)).id


async def _paid_before(gym: Gym, desk: DeskClerk, client: Client, plan: Plan) -> None:
    """A month that began ten days ago, paid at that time."""
    sold = await desk.sell(client, plan, gym.clock.now().date() - timedelta(days=10))
    await desk.pay(sold)
