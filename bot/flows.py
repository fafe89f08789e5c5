"""All flows: every router that the bot answers with, in the order of their buttons on the home screen."""

from __future__ import annotations

from bot import home
from bot.routing import Router

ROUTERS: tuple[Router, ...] = (home.router,)
