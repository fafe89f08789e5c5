"""Buttons of messages, languages, jobs, backups and first steps."""

from __future__ import annotations

from bot.ui.callbacks import Callback, callback


@callback("msgs")
class MessagingMenu(Callback):
    """Show what an admin can do about messages."""


@callback("deads")
class DeadLetters(Callback):
    """List the messages that could not be delivered, or are held."""

    page: int = 0


@callback("dchats")
class DeskChats(Callback):
    """List the desk chats."""


@callback("langs")
class Languages(Callback):
    """Choose a language."""


@callback("jobs")
class Jobs(Callback):
    """List the jobs."""


@callback("backs")
class Backups(Callback):
    """Show how backups stand."""


@callback("fsteps")
class ShowFirstSteps(Callback):
    """Show what a new gym still lacks."""
