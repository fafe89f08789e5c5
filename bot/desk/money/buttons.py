"""Buttons that other flows of the desk show: what is owed and not to be paid, what was handed back twice."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("wroff")
class WriteOff(Callback):
    """Asks why a debt is written off; an employee asks an admin."""

    subscription_id: UUID


@callback("mdoubs")
class MoneyDoubts(Callback):
    """Plans of which more was given back than was paid."""

    page: int = 0


@callback("mdoub")
class ShowMoneyDoubt(Callback):
    subscription_id: UUID
