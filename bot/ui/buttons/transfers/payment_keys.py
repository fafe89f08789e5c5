"""Buttons of the gym's payment keys."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import ButtonStyle, Callback, callback


@callback("pkeys")
class PaymentKeyList(Callback):
    """List the gym's payment keys."""


@callback("pkey")
class ShowPaymentKey(Callback):
    key_id: UUID


@callback("pknew")
class NewPaymentKey(Callback):
    """Ask for a payment key."""


@callback("pkshow", changes=True)
class OfferPaymentKey(Callback):
    """Offer a key to members, or no longer."""

    key_id: UUID
    shown: bool


@callback("pkfst", changes=True)
class PaymentKeyFirst(Callback):
    """Put a key before all others."""

    key_id: UUID


@callback("pkdel", changes=True, style=ButtonStyle.DANGER)
class RemovePaymentKey(Callback):
    key_id: UUID
