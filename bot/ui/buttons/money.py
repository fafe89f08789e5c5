"""Buttons of money: payments, receipts, voids, debts, write-offs, returns."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.ui.callbacks import Callback, callback
from gym.payments.models import Method
from gym.subscriptions.money.debts import AgeBand


@callback("pay")
class TakePayment(Callback):
    """Money for a subscription."""

    subscription_id: UUID


@callback("payall")
class TakeEverything(Callback):
    """Money for all that a client owes."""

    client_id: UUID


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


@callback("paynow", changes=True)
class PayNow(Callback):
    """An amount as it was shown, by one method."""

    subscription_id: UUID
    amount: Decimal
    method: Method


@callback("rcpt")
class ShowReceipt(Callback):
    """One payment, with what can be done about it."""

    entry_id: UUID


@callback("void")
class VoidPayment(Callback):
    entry_id: UUID


@callback("rtaken")
class TakeBack(Callback):
    """Asks how money that was handed back came in again."""

    subscription_id: UUID


@callback("debts")
class Debts(Callback):
    """Everything due, the oldest first; of one age, or all."""

    band: AgeBand | None = None
    page: int = 0


@callback("stmt")
class AccountStatement(Callback):
    """How one subscription came to what is owed for it."""

    subscription_id: UUID
