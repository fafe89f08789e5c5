"""Buttons of money: payments, receipts, voids, debts, write-offs, returns."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.ui.buttons.plans import ShowSale
from bot.ui.callbacks import ButtonStyle, Callback, callback
from gym.debts.schemas import AgeBand, Debt, DebtKind
from gym.payments.models import Method


@callback("pay")
class TakePayment(Callback):
    """Take a payment for a subscription."""

    subscription_id: UUID


@callback("payall")
class TakeEverything(Callback):
    """Take payments for all that a client owes."""

    client_id: UUID


@callback("wroff")
class WriteOff(Callback):
    """Ask why a debt is written off, of a subscription or a sale; for an employee an admin decides."""

    subscription_id: UUID


@callback("mdoubs")
class MoneyDoubts(Callback):
    """List accounts of which more was refunded than paid."""

    page: int = 0


@callback("mdoub")
class ShowMoneyDoubt(Callback):
    subscription_id: UUID


@callback("mdacc")
class AcceptLoss(Callback):
    """Ask why what is missing is accepted as lost."""

    subscription_id: UUID


@callback("paynow", changes=True)
class PayNow(Callback):
    """Pay the amount that was shown, by one method."""

    subscription_id: UUID
    amount: Decimal
    method: Method


@callback("rcpt")
class ShowReceipt(Callback):
    """Show one receipt, with what can be done about it."""

    entry_id: UUID


@callback("void", style=ButtonStyle.DANGER)
class VoidPayment(Callback):
    entry_id: UUID


@callback("rtaken")
class TakeBack(Callback):
    """Ask by which method a refund came back."""

    subscription_id: UUID


@callback("debts")
class Debts(Callback):
    """List debts, the oldest first; of one age, or all."""

    band: AgeBand | None = None
    page: int = 0


@callback("stmt")
class AccountStatement(Callback):
    """Show the entries that make up a subscription's balance."""

    subscription_id: UUID


def pay_press(debt: Debt) -> Callback:
    """A plan's payment; of products the sale, which offers every way to pay what is left of it."""
    return TakePayment(debt.id) if debt.kind is DebtKind.PLAN else ShowSale(debt.id)


def collect_press(owed: Sequence[Debt]) -> Callback:
    """All of it where there is more than one debt, each of them alone among what is offered then."""
    return pay_press(owed[0]) if len(owed) == 1 else TakeEverything(owed[0].client_id)


@callback("whyrc")
class WhyReceipt(Callback):
    """Explain what stayed to pay after a payment."""

    entry_id: UUID
