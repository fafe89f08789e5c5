"""The desk's clerk."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk


@pytest.fixture
def desk(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)
