"""Demo gyms, each in a database of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.demo.history.story import DemoOrder
from gym.security.keys.secrets import Secrets
from tests.conftest import gym_over
from tests.demo.gyms import Fill, filled
from tests.support.databases import Clones
from tests.support.travelling_engine import TravellingEngine


@pytest.fixture
def fill(
    clones: Clones, config: Config, secrets: Secrets, clock: FrozenClock, engine: TravellingEngine
) -> Fill:
    @asynccontextmanager
    async def made(order: DemoOrder) -> AsyncGenerator[Gym]:
        async with clones.clone() as url, gym_over(engine.at(url), config, secrets, clock) as gym:
            await filled(gym, order)
            yield gym

    return made
