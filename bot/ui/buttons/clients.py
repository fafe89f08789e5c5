"""Buttons of clients: the card, registration, link, printed card, face and search."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("card")
class Card(Callback):
    """Everything about a client on one screen."""

    client_id: UUID


@callback("reg")
class RegisterClient(Callback):
    """A new client."""


@callback("link")
class LinkClient(Callback):
    """The QR and deep link with which a client links their own chat."""

    client_id: UUID


@callback("pcard")
class PrintedCardOf(Callback):
    """The card with a QR for whoever has no chat."""

    client_id: UUID


@callback("pcall")
class CardsToPrint(Callback):
    """Cards for everybody who needs one."""


@callback("enrol")
class EnrolFace(Callback):
    """New photos of a client's face."""

    client_id: UUID


@callback("rwds")
class ClientRewards(Callback):
    """What a client has earned, and what of it can be used."""

    client_id: UUID
    page: int = 0


@callback("find")
class ClientSearch(Callback):
    """One page of search results; without words, of all clients."""

    words: str = ""
    page: int = 0


@callback("regpic")
class RegisterWithPhoto(Callback):
    """A new client from the photo of this message; consent is asked before anything is kept."""


@callback("unblk", changes=True)
class Unblock(Callback):
    client_id: UUID


@callback("on", changes=True)
class Reactivate(Callback):
    client_id: UUID
