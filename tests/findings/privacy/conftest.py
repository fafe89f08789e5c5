"""The fixtures of the chat, for tests of what is kept of it."""

from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram

__all__ = [
    "api",
    "desk_bot",
    "make_member",
    "make_staff",
    "open_bot",
    "routers",
    "sandbox",
    "telegram",
]
