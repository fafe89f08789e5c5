"""Buttons of messages, languages and jobs."""

from __future__ import annotations

from bot.ui.callbacks import Callback, callback


@callback("msgs")
class MessagingMenu(Callback):
    """Show what an admin can do about messages."""


@callback("langs")
class Languages(Callback):
    """Choose a language."""


@callback("jobs")
class Jobs(Callback):
    """List the jobs."""
