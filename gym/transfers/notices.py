"""Notifications of proofs of payment: to the desk or its staff, and to the member who sent one.

A desk chat reads who has sent a proof, and opens it in private; without one the staff reads the whole.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.transfers import (
    DeskProofSentPayload,
    DeskProofSettledPayload,
    ProofAnsweredPayload,
    ProofDetails,
    ProofQuestionPayload,
    ProofSentPayload,
    ProofSettledPayload,
)
from gym.security.permissions import ROLE_MAY, Permission
from gym.staff.repository import StaffRepository
from gym.transfers.models import PaymentProof, ProofState
from gym.transfers.repository import PaymentProofRepository
from gym.transfers.schemas import debts_of_quote
from gym.unit_of_work import UnitOfWork

TOLD_MEMBER: Final = frozenset({ProofState.REJECTED, ProofState.EXPIRED})
"""Of an approved one the receipt tells."""


def proof_details(proof: PaymentProof, seen_before: int = 0) -> ProofDetails:
    """A proof as it stands. Its quote and client are loaded."""
    quote = proof.quote
    return ProofDetails(
        proof_id=proof.id,
        client_id=proof.client_id,
        client_name=proof.client.full_name,
        proof_kind=proof.kind,
        number=proof.number,
        amount=proof.expected,
        plan_name=quote.plan_name,
        price=quote.price,
        owed=sum(one.amount for one in debts_of_quote(quote)) or None,
        reference=quote.reference,
        key_label=quote.key_label,
        state=proof.state,
        decided_by=proof.decided_by_name,
        answer=proof.answer,
        seen_before=seen_before,
        expires_at=proof.expires_at,
    )


async def tell_sent(uow: UnitOfWork, proof: PaymentProof, seen_before: int) -> None:
    details, key = proof_details(proof, seen_before), sent_key(proof)
    if await PaymentProofRepository(uow.session).is_desk_chat():
        uow.notify(DESK, DeskProofSentPayload(proof=details), dedup_key=key)
        return
    for staff_id in await _staff(uow):
        uow.notify(Recipient.staff(staff_id), ProofSentPayload(proof=details), dedup_key=f"{key}:{staff_id}")


async def tell_settled(uow: UnitOfWork, proof: PaymentProof) -> None:
    """Edit the messages that ask where they have arrived, call them off where not; tell the member."""
    key, over, details = sent_key(proof), f"proof-settled:{proof.id}", proof_details(proof)
    await uow.call_off(key)
    uow.notify(DESK, DeskProofSettledPayload(proof=details, replaces=key), dedup_key=over)
    for staff_id in await _staff(uow):
        told: Payload = ProofSettledPayload(proof=details, replaces=key)
        uow.notify(Recipient.staff(staff_id), told, dedup_key=f"{over}:{staff_id}")
    if proof.state in TOLD_MEMBER:
        member, answer = Recipient.client(proof.client_id), ProofAnsweredPayload(proof=details)
        uow.notify(member, answer, dedup_key=f"proof-answered:{proof.id}")


def tell_question(uow: UnitOfWork, proof: PaymentProof, question: str) -> None:
    told = ProofQuestionPayload(proof=proof_details(proof), question=question, quote_id=proof.quote_id)
    uow.notify(Recipient.client(proof.client_id), told)


def sent_key(proof: PaymentProof) -> str:
    """The common beginning of the `dedup_key`s of the messages that ask."""
    return f"proof-sent:{proof.id}"


async def _staff(uow: UnitOfWork) -> list[UUID]:
    """Everybody who may take a payment and has a chat."""
    able = [role for role, may in ROLE_MAY.items() if Permission.TAKE_PAYMENT in may]
    return list(await StaffRepository(uow.session).active_with_chat(able))
