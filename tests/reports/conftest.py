"""A desk, an admin's desk, and a random gym whose figures are written twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import Database
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor
from tests.conftest import gym_over
from tests.reports.random_gym import BEGINS, RandomGym
from tests.support.databases import Clones
from tests.support.memberships import DeskClerk


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture(scope="module", params=[2601, 2602])
async def random_gym(
    request: pytest.FixtureRequest, clones: Clones, config: Config, secrets: Secrets
) -> AsyncGenerator[RandomGym]:
    """Eight months in Madrid: over a new year, over both days of a changed clock, in euros with cents.

    Tests only read it, so a module has one for each seed.
    """
    clock = FrozenClock(BEGINS)
    async with clones.clone() as url, gym_over(Database(url), config, secrets, clock) as gym:
        yield await RandomGym.live(gym, clock, request.param)
