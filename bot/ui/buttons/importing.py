"""Buttons of imports (the list, one import, its undoing) and of the export of everything."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("imp")
class HowToImport(Callback):
    """Show what to send, and the imports so far."""

    page: int = 0


@callback("impsee")
class ShowImport(Callback):
    key: UUID


@callback("impun")
class UndoImport(Callback):
    """Ask whether an import shall be undone."""

    key: UUID


@callback("impun2", changes=True)
class UndoImportNow(Callback):
    key: UUID


@callback("expall")
class ExportEverything(Callback):
    """Says what is in it, and asks."""


@callback("expal2", changes=True)
class ExportEverythingNow(Callback):
    """Writes it and sends it."""
