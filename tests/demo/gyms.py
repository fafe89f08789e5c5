"""Demo gyms for tests: a sandbox's empty database, filled."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from gym.app import Gym
from gym.demo.history.story import DemoOrder
from gym.demo.service import DemoLoaded, DemoService
from gym.security.permissions import Actor
from gym.settings.models import GymKind

Fill = Callable[[DemoOrder], AbstractAsyncContextManager[Gym]]
"""A gym of its own, filled; one at a time."""


async def filled(gym: Gym, order: DemoOrder) -> DemoLoaded:
    """The gym with its history."""
    await gym.stamp(GymKind.SANDBOX)
    return await gym.run(Actor.system(), lambda uow: DemoService(uow).load(order))
