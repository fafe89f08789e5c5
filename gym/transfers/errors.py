"""Faults of payment keys, of quotes and of proofs of payment."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_
from gym.transfers.models import PaymentProof, ProofState


class PaymentKeyNotFound(NotFound):
    code = "payment_key_not_found"
    message = N_("That payment key is not here any more. Choose another one.")


class PaymentKeyInvalid(Invalid):
    """A label or a value that is empty or too long."""

    code = "payment_key_invalid"
    message = N_("A name has up to {label} letters and a key up to {value}. Write it again.")


class PaymentKeyTaken(Conflict):
    code = "payment_key_taken"
    message = N_("That key is on the list already.")


class TransferQuoteNotFound(NotFound):
    code = "quote_not_found"
    message = N_("That quote is not here any more. Start again with Renew or Pay.")


class NothingToPay(Conflict):
    """A quote for debts that are not there."""

    code = "nothing_to_pay"
    message = N_("There is nothing to pay.")


class ProofNotFound(NotFound):
    code = "proof_not_found"
    message = N_("That proof of payment is not here any more. Open the list and choose again.")


class ProofInvalid(Invalid):
    """Neither a file nor a number that could be one."""

    code = "proof_invalid"
    message = N_("Send the bank's picture or PDF, or the number of the transfer with 4 to 40 characters.")


class QuotePaid(Conflict):
    """Another proof of the same quote was approved."""

    code = "quote_paid"
    message = N_("This was paid and booked already. There is nothing left to do.")


class ProofVoided(Conflict):
    """An approved proof whose payment was voided cannot be confirmed."""

    code = "proof_voided"
    message = N_("The payment of this proof was voided: there is nothing to find on the statement.")


class ProofDecided(Conflict):
    """Another answer came first: `by` and `at` say whose and when."""

    code = "proof_decided"
    message = N_("{by} has approved this already, on {at}. There is nothing left to do.")

    def __init__(self, by: str, state: ProofState, at: datetime, by_id: UUID | None) -> None:
        super().__init__(by=by, at=at, state=state.value)
        self.by, self.state, self.at, self.by_id = by, state, at, by_id
        self.message = _DECIDED[state]


class ProofOver(Conflict):
    """Nobody answered in time, or the member has sent another one."""

    code = "proof_over"
    message = N_("Nobody has answered this proof in time. The member has to send it again.")

    def __init__(self, state: ProofState) -> None:
        super().__init__(state=state.value)
        self.state = state
        if state is ProofState.REPLACED:
            self.message = N_("The member has sent another proof instead of this one.")


class QuoteOutdated(Conflict):
    """The plan costs more by now, and the proof came after the quote had ended or its reward was used."""

    code = "quote_outdated"
    message = N_(
        "The plan was quoted at {quoted} until {until}, and costs {now} now. Approve it at today's price, or"
        " book the money without the plan."
    )

    def __init__(
        self, quoted: Decimal, now: Decimal, until: datetime, mark: str, *, reward_used: bool = False
    ) -> None:
        super().__init__(quoted=quoted, now=now, until=until)
        self.quoted, self.now, self.mark = quoted, now, mark
        if reward_used:
            self.message = N_(
                "The reward in the quoted price of {quoted} was used meanwhile, and the plan costs {now}"
                " without it. Approve it at today's price, or book the money without the plan."
            )


class SoldMeanwhile(Conflict):
    """The client's latest period is another one than when it was quoted: the desk has sold or canceled."""

    code = "sold_meanwhile"
    message = N_(
        "{plan}, {starts_on} – {ends_on}, was sold after this was quoted. Book only the money, which pays"
        " what is owed, or sell the quoted plan too."
    )

    def __init__(self, plan: str, starts_on: date, ends_on: date, mark: str) -> None:
        super().__init__(plan=plan, starts_on=starts_on, ends_on=ends_on)
        self.mark = mark


_DECIDED: Final = {
    ProofState.APPROVED: ProofDecided.message,
    ProofState.REJECTED: N_("{by} has rejected this already, on {at}. There is nothing left to do."),
}


def settled_before(proof: PaymentProof) -> ProofDecided | ProofOver:
    """Why a proof cannot be decided any more."""
    if proof.decided_at is None or proof.decided_by_name is None:
        return ProofOver(proof.state)
    return ProofDecided(proof.decided_by_name, proof.state, proof.decided_at, proof.decided_by)
