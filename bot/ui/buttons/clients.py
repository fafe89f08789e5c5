"""Buttons of clients: the card, registration, link, printed card, face and search."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("card")
class Card(Callback):
    """Show everything about a client on one screen."""

    client_id: UUID


@callback("reg")
class RegisterClient(Callback):
    """Open the form of a new client."""


@callback("regnm")
class RegisterNamed(Callback):
    """Open the form of a new client with the name that was searched for."""

    name: str


@callback("link")
class LinkClient(Callback):
    """Show the QR and deep link with which a client links their own chat."""

    client_id: UUID


@callback("pcard")
class PrintedCardOf(Callback):
    """Show the printed card of a client without a chat."""

    client_id: UUID


@callback("pcall")
class CardsToPrint(Callback):
    """Print cards for everybody who needs one."""


@callback("enrol")
class EnrolFace(Callback):
    """Show or enrol a client's face."""

    client_id: UUID


@callback("rwds")
class ClientRewards(Callback):
    """List a client's rewards and what can be used of them."""

    client_id: UUID
    page: int = 0


@callback("find")
class ClientSearch(Callback):
    """Show one page of search results; without words, of all clients."""

    words: str = ""
    page: int = 0


@callback("regpic")
class RegisterWithPhoto(Callback):
    """Register a client from the photo of this message; consent is asked before anything is kept."""


@callback("pdata")
class ClientData(Callback):
    """Show what is kept of a client; export, erasure."""

    client_id: UUID


@callback("unblk", changes=True)
class Unblock(Callback):
    client_id: UUID


@callback("on", changes=True)
class Reactivate(Callback):
    client_id: UUID


@callback("why")
class WhyClient(Callback):
    """Explain what the door says of a client, the plan's days and status, and the balances."""

    client_id: UUID
