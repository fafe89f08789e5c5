"""The fixtures of the chat, for tests that go on where a fault was found."""

from tests.bot.conftest import api, make_member, make_staff, open_bot, routers, sandbox, telegram

__all__ = ["api", "make_member", "make_staff", "open_bot", "routers", "sandbox", "telegram"]
