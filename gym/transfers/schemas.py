"""Value types of transfers: offers, quoted debts, what is sent as a proof, bookings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gym.core.database.json_values import decode, encode
from gym.debts.joint_payments import JointReceipt
from gym.debts.schemas import Debt, total_of
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import Quote
from gym.transfers.models import PaymentProof, ProofKind, TransferQuote

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class QuotedDebt:
    """One debt as a quote keeps it: whose subscription or sale it is of, and how much it was."""

    debt_id: UUID
    amount: Decimal

    def packed(self) -> dict[str, Any]:
        return encode({"debt_id": self.debt_id, "amount": self.amount})


def debts_of_quote(quote: TransferQuote) -> list[QuotedDebt]:
    """The debts that a quote is for, the oldest first."""
    return [QuotedDebt(**decode(one)) for one in quote.debts]


@dataclass(frozen=True, slots=True)
class TransferOffer:
    """What a member would have to send: the plan as the desk would sell it now, and the debts with it."""

    plan: Quote | None
    debts: Sequence[Debt]

    @property
    def owed(self) -> Decimal:
        return total_of(self.debts)

    @property
    def amount(self) -> Decimal:
        return self.owed + (self.plan.final_price if self.plan else ZERO)


@dataclass(frozen=True, slots=True)
class AwaitedQuote:
    """A quote that is not paid yet, with the proof of it that waits for an answer, if one was sent."""

    quote: TransferQuote
    sent: PaymentProof | None


@dataclass(frozen=True, slots=True)
class SentProof:
    """What a member sends: a file of Telegram's with the SHA-256 of its bytes, or a typed number."""

    kind: ProofKind
    file_id: str | None = None
    digest: str | None = None
    number: str | None = None


def bare_number(number: str) -> str:
    """The letters and digits of a typed number, in capitals, as `BARE_NUMBER` does it in SQL."""
    return re.sub("[^0-9A-Z]", "", number.upper())


@dataclass(frozen=True, slots=True)
class EarlierSighting:
    """Another proof with the same file or the same number."""

    proof_id: UUID
    client_name: str
    sent_at: datetime
    approved: bool


@dataclass(frozen=True, slots=True)
class ReviewedProof:
    """A proof with its quote and its client loaded, and where its file or number was seen before."""

    proof: PaymentProof
    seen_before: Sequence[EarlierSighting]
    waits: bool
    """Whether it can still be answered."""
    is_reachable: bool
    """Whether the member reads the answer in the own chat; else the desk has to tell."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What an approval did: the plan that was sold, and the receipts of the money."""

    proof: PaymentProof
    sold: Subscription | None
    receipt: JointReceipt
    is_reachable: bool
    """Whether the receipt arrives in the member's own chat."""


@dataclass(frozen=True, slots=True)
class DividedSum:
    """What a sum that arrived would pay: old debts, the quoted plan, and above both the client's credit."""

    plan_name: str | None
    debts: Decimal
    plan: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class ProofSums:
    """How many proofs, and how much they come to."""

    count: int
    amount: Decimal
