"""A desk, an admin's desk, a door, and days that begin and end in the gym's own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.security.signed_links import SignedLinks
from gym.settings.models import GymState
from tests.support.memberships import DeskClerk

DAY: Final = timedelta(days=1)
MONTH: Final = date(2026, 8, 3)
"""The gym's day at the start of every test."""


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa", telegram_id=77)


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()


async def comes(desk: DeskClerk, client: Client, key: UUID | None = None) -> Verdict:
    """Let in by name at the desk."""
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await AttendanceService(uow).check_in_client(client.id, key=key)


async def shows_card(desk: DeskClerk, client: Client, at: datetime | None = None) -> Verdict:
    """With a QR that was drawn for the moment at the door."""
    drawn = at or desk.gym.clock.now()
    text = SignedLinks(desk.gym.secrets.jwt).sign_member_qr(client.id, drawn + timedelta(seconds=60))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await AttendanceService(uow).check_in_qr(text, at=at)


async def set_up(gym: Gym, **settings: object) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings=settings))


@dataclass
class Night:
    """A gym in its zone around the midnight that ends `day`."""

    gym: Gym
    clock: FrozenClock
    zone: ZoneInfo
    day: date

    def at(self, day: date, hour: int, minute: int = 30) -> None:
        self.clock.at = datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)

    def late(self) -> None:
        """23:30 of the day."""
        self.at(self.day, 23)

    def early(self) -> None:
        """00:30 of the next day."""
        self.at(self.next, 0)

    @property
    def next(self) -> date:
        return self.day + DAY


NIGHTS: Final = [
    ("America/Bogota", date(2026, 8, 3)),
    ("Europe/Madrid", date(2026, 3, 28)),
    ("Europe/Madrid", date(2026, 3, 29)),
    ("Europe/Madrid", date(2026, 10, 24)),
    ("Europe/Madrid", date(2026, 10, 25)),
    ("Pacific/Auckland", date(2026, 4, 4)),
    ("Pacific/Auckland", date(2026, 4, 5)),
    ("Pacific/Auckland", date(2026, 9, 26)),
    ("Pacific/Auckland", date(2026, 9, 27)),
]
"""An ordinary night, and those that begin and end the days on which the clocks change: 23 and 25 hours."""


@pytest.fixture(params=NIGHTS, ids=lambda night: f"{night[0]} {night[1]}")
async def night(request: pytest.FixtureRequest, gym: Gym, clock: FrozenClock) -> Night:
    zone, day = request.param
    await set_up(gym, timezone=zone)
    found = Night(gym, clock, ZoneInfo(zone), day)
    found.at(day, 18)
    return found
