"""A door, a desk and a client with a paid month for every test of attendance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckIn
from gym.clients.models import Client, DocumentType
from gym.kiosks.models import Kiosk
from gym.security.permissions import Actor
from gym.security.signed_links import SignedLinks
from gym.settings.models import GymState
from gym.subscriptions.models import Subscription
from tests.support.memberships import DeskClerk


@dataclass(frozen=True)
class Door:
    """Lets one person in per transaction, as a kiosk or a chat does."""

    gym: Gym
    actor: Actor

    async def by_staff(self, client: Client, key: UUID | None = None) -> Verdict:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await AttendanceService(uow).check_in_client(client.id, key=key)

    async def by_qr(self, client: Client, at: datetime | None = None, serial: int = 0) -> Verdict:
        until = None if serial else (at or self.gym.clock.now())
        text = SignedLinks(self.gym.secrets.jwt).sign_member_qr(client.id, until, serial)
        async with self.gym.unit_of_work(self.actor) as uow:
            return await AttendanceService(uow).check_in_qr(text, at=at)

    async def by_document(self, number: str, last4: str) -> Verdict:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await AttendanceService(uow).check_in_document(number, last4)

    async def attempts(self) -> list[CheckIn]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return list(await uow.session.scalars(select(CheckIn).order_by(CheckIn.id)))


async def change(gym: Gym, row: Client | Subscription, **values: Any) -> None:
    """Straight in the table."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(type(row)).where(type(row).id == row.id).values(**values))


async def settle(gym: Gym, **settings: object) -> None:
    """Change the gym's settings."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings=settings))


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def door(gym: Gym, employee: Actor) -> Door:
    """The desk's own door."""
    return Door(gym, employee)


@pytest.fixture
async def kiosk(gym: Gym) -> Door:
    row = Kiosk(name="Entrance", secret_hash="x", paired_at=gym.clock.now())
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(row)
        await uow.session.flush()
    return Door(gym, Actor.kiosk(row.id, row.name))


@pytest.fixture
async def rosa(gym: Gym, desk: DeskClerk) -> Client:
    client = await desk.client("Rosa", telegram_id=77)
    document = {"document_type": DocumentType.CC, "document_number": "1020304050"}
    await change(gym, client, phone="+573001234567", **document)
    return client


@pytest.fixture
async def paid(desk: DeskClerk, rosa: Client) -> Subscription:
    """Rosa's paid month, from 3 August to 2 September."""
    subscription = await desk.sell(rosa, await desk.plan())
    await desk.pay(subscription)
    return subscription
