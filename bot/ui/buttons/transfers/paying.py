"""Buttons of members who pay from afar."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("rqpay")
class PayFromAfar(Callback):
    """Show what a transfer would be for: a plan, with or without the debts, or the debts alone."""

    plan_id: UUID | None = None
    with_debts: bool = True


@callback("rqren")
class RenewFromAfar(Callback):
    """List the plans that can be paid by a transfer."""


@callback("rqkey")
class QuoteByKey(Callback):
    """Quote it for one payment key."""

    key_id: UUID
    plan_id: UUID | None = None
    with_debts: bool = True


@callback("rqnum")
class TypeTransferNumber(Callback):
    """Ask for the number of the transfer."""

    quote_id: UUID


@callback("mytell")
class TellDesk(Callback):
    """Tell the desk that I want to renew, though I could pay from afar."""
