"""Buttons of the export of everything."""

from __future__ import annotations

from bot.ui.callbacks import Callback, callback


@callback("expall")
class ExportEverything(Callback):
    """Says what is in it, and asks."""


@callback("expal2", changes=True)
class ExportEverythingNow(Callback):
    """Writes it and sends it."""
