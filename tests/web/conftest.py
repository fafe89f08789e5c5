"""A real server over a real gym, and a kiosk that talks to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.security.permissions import Actor
from tests.support.door import Door
from web.app import make_app


@pytest.fixture
async def server(gym_with_faces: Gym) -> AsyncGenerator[TestClient[Any, Any]]:
    async with TestClient(TestServer(make_app(gym_with_faces))) as client:
        yield client


@pytest.fixture
async def stranger_at_door(gym_with_faces: Gym, server: TestClient[Any, Any], admin: Actor) -> Door:
    """A kiosk that nobody has paired yet."""
    return Door(gym_with_faces, server, admin)


@pytest.fixture
async def door(stranger_at_door: Door) -> Door:
    """A paired kiosk that has signed in."""
    await stranger_at_door.pair()
    return stranger_at_door
