"""Buttons of messages, languages and jobs."""

from __future__ import annotations

from bot.ui.callbacks import Callback, callback


@callback("msgs")
class MessagingMenu(Callback):
    """The way to everything an admin does about messages."""


@callback("langs")
class Languages(Callback):
    """Pick a language."""


@callback("jobs")
class Jobs(Callback):
    """All of them."""
