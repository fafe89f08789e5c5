"""The desk's shared buttons: what one flow offers and another one answers."""

from __future__ import annotations

from uuid import UUID

from bot.callbacks import Callback, callback


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


@callback("enrol")
class EnrolFace(Callback):
    """New photos of a client's face."""

    client_id: UUID


@callback("in", changes=True)
class CheckInClient(Callback):
    """Let a client in, by staff."""

    client_id: UUID


@callback("sell")
class SellPlan(Callback):
    """A plan for a client."""

    client_id: UUID


@callback("renew")
class RenewPlan(Callback):
    """The next period of a client's plan."""

    client_id: UUID


@callback("pay")
class TakePayment(Callback):
    """Money for a subscription."""

    subscription_id: UUID


@callback("cancel")
class CancelSubscription(Callback):
    """End a subscription now."""

    subscription_id: UUID
