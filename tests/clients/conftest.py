"""Fixtures of clients: a desk that registers people."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from tests.support.front_desk import Desk


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> Desk:
    return Desk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> Desk:
    return Desk(gym, admin)
