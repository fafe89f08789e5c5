"""A desk, an admin's desk, and shortcuts for tests of the jobs."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from tests.support.memberships import Reception


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> Reception:
    return Reception(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> Reception:
    return Reception(gym, admin)
