"""Buttons of the door: check-in, who is inside, kiosks."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import ButtonStyle, Callback, callback


@callback("kiosks")
class KioskList(Callback):
    page: int = 0


@callback("in", changes=True, style=ButtonStyle.SUCCESS)
class CheckInClient(Callback):
    """Check a client in."""

    client_id: UUID


@callback("whoin")
class WhoIsIn(Callback):
    """List everybody inside."""

    page: int = 0


@callback("kiosk")
class KioskCard(Callback):
    kiosk_id: UUID


@callback("kaskun")
class AskUnpair(Callback):
    """Ask whether the kiosk is to be unpaired, which shuts its door for everybody."""

    kiosk_id: UUID


@callback("kunp", changes=True)
class Unpair(Callback):
    kiosk_id: UUID
