"""A door and a client with a paid month for every test of rewards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.rewards.models import Reward
from gym.security.permissions import Actor
from gym.settings.models import GymState
from tests.attendance.conftest import Door, desk, door, kiosk, paid, rosa, settle

__all__ = ["desk", "door", "kiosk", "paid", "rosa"]
DAY = timedelta(days=1)


async def come(door: Door, client: Client, clock: FrozenClock, days: int) -> list[Verdict]:
    """Come on so many days, from today on; the clock stands on the last one."""
    verdicts: list[Verdict] = []
    for number in range(days):
        if number:
            clock.advance(DAY)
        verdicts.append(await door.by_staff(client))
    return verdicts


async def rewards(gym: Gym) -> list[Reward]:
    """Every reward there is, as the table has it."""
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Reward).order_by(Reward.granted_at, Reward.id)))


@pytest.fixture
async def three_visits(gym: Gym) -> None:
    """A gym that asks for three visits and gives twenty percent for a week; no milestones."""
    await settle(gym, reward_visits=3, milestones=[])


async def more_settings(gym: Gym, **settings: object) -> None:
    """Change some settings and keep the others."""
    async with gym.unit_of_work(Actor.system()) as uow:
        state = (await uow.session.scalars(select(GymState))).one()
        state.settings = {**state.settings, **settings}


TWENTY = Decimal(20)
