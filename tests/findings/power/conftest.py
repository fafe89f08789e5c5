"""The bot over a gym, as its own tests have it."""

from __future__ import annotations

from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram

__all__ = ["api", "desk_bot", "make_member", "make_staff", "open_bot", "routers", "sandbox", "telegram"]
