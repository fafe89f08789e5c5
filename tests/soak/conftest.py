"""The Bot API server and people of the gym, as the tests of the chat have them."""

from __future__ import annotations

from tests.bot.conftest import make_member, make_staff, sandbox

__all__ = ["make_member", "make_staff", "sandbox"]
