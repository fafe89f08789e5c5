"""The members' shared buttons: what one flow offers and another one answers."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("myvis")
class MyVisits(Callback):
    """When I came."""

    page: int = 0


@callback("myfrz")
class MyFreeze(Callback):
    """What rests, and what I have asked for."""


@callback("mypays")
class MyPayments(Callback):
    """What I paid and got back."""

    page: int = 0


@callback("myrcpt")
class MyReceipt(Callback):
    """One of my receipts, as a file."""

    entry_id: UUID
