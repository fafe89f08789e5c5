"""A bar kept by an admin, and an employee who sells there."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk
from tests.support.shop import Shop


@pytest.fixture
def shop(gym: Gym, admin: Actor) -> Shop:
    return Shop(gym, admin)


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def rosa(boss: DeskClerk) -> Client:
    return await boss.client()
