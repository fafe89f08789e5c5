"""A bar kept by an admin, and an employee who sells there."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from tests.support.shop import Shop


@pytest.fixture
def shop(gym: Gym, admin: Actor) -> Shop:
    return Shop(gym, admin)
