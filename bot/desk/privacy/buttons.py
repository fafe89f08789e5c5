"""Buttons of privacy for admins."""

from __future__ import annotations

from bot.ui.callbacks import Callback, callback


@callback("priv")
class PrivacyMenu(Callback):
    """Show who waits to be erased, and consents in numbers."""


@callback("cons")
class ConsentList(Callback):
    """Show one page of the consent register."""

    page: int = 0


@callback("conssh")
class ConsentSheet(Callback):
    """Send the whole consent register as a spreadsheet."""
