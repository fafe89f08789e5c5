"""Chats of the desk beside a gym that is exported."""

from __future__ import annotations

from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram
from tests.findings.reading.conftest import chat

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
