"""A desk, a door, a member with a paid month, and the bot, as the rooms' own tests have them."""

from __future__ import annotations

from tests.attendance.conftest import desk, door, kiosk, paid, rosa
from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram

__all__ = [
    "api",
    "desk",
    "desk_bot",
    "door",
    "kiosk",
    "make_member",
    "make_staff",
    "open_bot",
    "paid",
    "rosa",
    "routers",
    "sandbox",
    "telegram",
]
