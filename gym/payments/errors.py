"""Faults of the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_
from gym.payments.schemas import Receipt

REASON_LENGTH = range(3, 301)
"""Characters of a reason, spaces around it not counted."""


class AccountNotFound(NotFound):
    code = "account_not_found"


class PaymentNotFound(NotFound):
    code = "payment_not_found"
    message = N_("That payment is not here. Open the client's payments and choose again.")


class AmountNotPositive(Invalid):
    code = "amount_not_positive"
    message = N_("The amount must be more than zero.")


class ReasonNeeded(Invalid):
    """A reason that is missing, too short or too long."""

    code = "reason_needed"
    message = N_("Write a reason of 3 to 300 characters.")


class NoteTooLong(Invalid):
    code = "note_too_long"
    message = N_("That note is too long. Write 300 characters at most.")


class OverPayment(Conflict):
    """More than what is owed."""

    code = "over_payment"
    message = N_("Only {balance} is owed. Take that much or less.")

    def __init__(self, balance: Decimal) -> None:
        super().__init__(balance=balance)
        self.balance = balance


class NothingOwed(OverPayment):
    """An over-payment where the balance is zero, usually because a colleague took it first."""

    code = "nothing_owed"
    message = N_("Nothing is owed here any more: the balance is {balance}.")


class AlreadyVoided(Conflict):
    code = "already_voided"
    message = N_("That payment was voided before. Nothing was changed.")


class MoneyGivenBack(Conflict):
    """A void would take money out that was handed back already; `given_back` says how much of it."""

    code = "money_given_back"
    message = N_(
        "{given_back} of this money was given back already, so the payment cannot be voided as well. "
        "Take the refund back first: an admin opens the receipt and taps “The money came back”."
    )

    def __init__(self, given_back: Decimal) -> None:
        super().__init__(given_back=given_back)
        self.given_back = given_back


class SurplusSpent(Conflict):
    """A void of money that was kept as credit, of which `spent` has been used since."""

    code = "surplus_spent"
    message = N_(
        "{spent} of this money was used as credit already, so the payment cannot be voided. "
        "Void what the credit has paid first."
    )

    def __init__(self, spent: Decimal) -> None:
        super().__init__(spent=spent)
        self.spent = spent


class SurplusNeedsAdmin(Forbidden):
    """More than the `owed` would become the client's credit."""

    code = "surplus_needs_admin"
    message = N_(
        "Only {owed} is owed, and what is more becomes credit, which an admin books. Book {owed} with Other "
        "amount, or leave it to an admin: the proof goes on waiting."
    )

    def __init__(self, owed: Decimal) -> None:
        super().__init__(owed=owed)
        self.owed = owed
        if not owed:
            self.message = SURPLUS_ALONE


SURPLUS_ALONE: Final = N_(
    "Nothing is owed here, so all of it becomes credit, which an admin books. Leave it to an admin: the "
    "proof goes on waiting."
)


class NoPlanForCredit(NothingOwed):
    """Money alone of a client who has had no plan with which it could be kept."""

    message = N_(
        "Nothing is owed, and the client has had no plan with which the money could be kept. Sell one at the "
        "desk first, then book the money: it pays that plan."
    )


class NothingToReturn(Conflict):
    """No money was handed back, or it came in again before."""

    code = "nothing_to_return"
    message = N_("Nothing is given back here any more, so nothing can come back. Nothing was changed.")


class VoidNeedsAdmin(Forbidden):
    """Not taken by the actor, or not today."""

    code = "void_needs_admin"
    message = N_("Only an admin can void this payment: you can void what you took yourself today. Ask one.")


class RefundNeedsAdmin(Forbidden):
    """Money would leave the till."""

    code = "refund_needs_admin"
    message = N_("Giving {amount} back needs an admin. Ask one, or go on without a refund.")

    def __init__(self, amount: Decimal) -> None:
        super().__init__(amount=amount)
        self.amount = amount


class RefundTooLarge(Invalid):
    """More than what is owed and what was paid together; `limit` is 0 where there is nothing of either."""

    code = "refund_too_large"
    message = N_("At most {limit} can be given back or taken off. Choose that much or less.")

    def __init__(self, limit: Decimal) -> None:
        super().__init__(limit=limit)
        self.limit = limit
        if not limit:
            self.message = NOTHING_TO_GIVE_BACK


NOTHING_TO_GIVE_BACK: Final = N_("There is no money of this plan to give back or to take off.")


class NotEnoughCredit(Conflict):
    """More than the gym keeps for the client, often because a colleague just used it."""

    code = "not_enough_credit"
    message = N_("The client has {balance} of credit. Use that much or less, or take the money another way.")

    def __init__(self, balance: Decimal) -> None:
        super().__init__(balance=balance)
        self.balance = balance


class CreditNeedsClient(Invalid):
    """Bought by nobody in particular."""

    code = "credit_needs_client"
    message = N_("Credit belongs to a client, and this was not sold to one. Choose another method.")


class PaidOnInvalid(Invalid):
    """A day of payment in the future, or before there was anything to pay."""

    code = "paid_on_invalid"
    message = N_("Choose a day from {earliest} to {latest}.")

    def __init__(self, earliest: date, latest: date) -> None:
        super().__init__(earliest=earliest, latest=latest)
        self.earliest = earliest
        self.latest = latest


class DestinationUnknown(Invalid):
    """Not one of the bank accounts in the settings, or money that goes to none."""

    code = "destination_unknown"
    message = N_("That bank account is not in the settings. Choose one of those that are, for a transfer.")


class PaymentKeyReused(Conflict):
    """An idempotency key that already stands for something else."""

    code = "key_reused"
    message = N_("That was already used for something else. Start again.")


def owed_only(balance: Decimal) -> OverPayment:
    """The refusal of a payment above the balance."""
    return OverPayment(balance) if balance else NothingOwed(balance)


def parse_reason(text: str) -> str:
    """A reason as it is kept. Raises `ReasonNeeded`."""
    reason = " ".join(text.split())
    if len(reason) not in REASON_LENGTH:
        raise ReasonNeeded
    return reason


def parse_note(text: str | None) -> str | None:
    """A note as it is kept; an empty one is none. Raises `NoteTooLong`."""
    note = " ".join((text or "").split())
    if len(note) >= REASON_LENGTH.stop:
        raise NoteTooLong
    return note or None


def not_to_void(receipt: Receipt) -> MoneyGivenBack | SurplusSpent:
    """The refusal to void a payment whose money is not all here any more."""
    return SurplusSpent(receipt.given_back) if receipt.surplus else MoneyGivenBack(receipt.given_back)
