"""A gym in which one client has left every trace that a client can leave."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.security.permissions import Actor
from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram
from tests.findings.reading.conftest import chat
from tests.privacy.life import Life
from tests.support.memberships import DeskClerk

__all__ = [
    "api",
    "chat",
    "desk_bot",
    "make_member",
    "make_staff",
    "open_bot",
    "routers",
    "sandbox",
    "telegram",
]


@pytest.fixture
async def life(gym: Gym, admin: Actor, employee: Actor) -> Life:
    lived = Life(gym, DeskClerk(gym, employee), DeskClerk(gym, admin))
    await lived.lived()
    return lived
