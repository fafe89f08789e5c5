"""Navigation: from one handler to the screen of another button, and home."""

from __future__ import annotations

from typing import Final

from bot.routing.routes import Routes
from bot.ui.callbacks import Callback, Home
from bot.ui.services import ServiceKey
from bot.ui.update_context import UpdateContext

ROUTES: Final = ServiceKey("routes", Routes)


def routes_of(context: UpdateContext) -> Routes:
    """The routes of the bot that handles this update."""
    return context.services[ROUTES]


async def go(context: UpdateContext, callback: Callback) -> None:
    """Answer as if that button had been pressed. Raises `NotForYou`, `OnlyInPrivate`."""
    await routes_of(context).go(context, callback)


async def go_home(context: UpdateContext) -> None:
    await go(context, Home())
