"""Payloads of proofs of payment: sent, settled, answered, and a question about one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class ProofDetails(Payload):
    """A proof, what its quote is for, and what was answered so far."""

    proof_id: UUID
    client_id: UUID
    client_name: str
    proof_kind: str
    """A `ProofKind`."""
    number: str | None
    amount: Decimal
    """What is expected."""
    plan_name: str | None
    price: Decimal | None
    owed: Decimal | None
    """Debts that are paid with it."""
    reference: str
    key_label: str
    state: str
    """A `ProofState`."""
    decided_by: str | None
    answer: str | None
    seen_before: int
    """How many other proofs have the same file or number."""
    expires_at: datetime


class ProofSentPayload(Payload):
    proof: Flat[ProofDetails]


class ProofSettledPayload(Payload):
    proof: Flat[ProofDetails]
    replaces: str
    """The key of the messages whose place this one takes."""


class DeskProofSentPayload(Payload):
    proof: Flat[ProofDetails]


class DeskProofSettledPayload(Payload):
    proof: Flat[ProofDetails]
    replaces: str


class ProofAnsweredPayload(Payload):
    proof: Flat[ProofDetails]


class ProofQuestionPayload(Payload):
    proof: Flat[ProofDetails]
    question: str
    quote_id: UUID
