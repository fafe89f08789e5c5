"""A desk, a client and a monthly plan for every test about money."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.plans.models import Plan
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa")


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()
