"""Proofs of payment: sent by members, approved or rejected by staff, expired, and found on a statement.

Lock order: the proof's row first, then the client, the subscription and the accounts, as for approvals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.core.database.repository import Page
from gym.payments.errors import parse_reason
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.transfers import notices
from gym.transfers.booking import ProofBooking
from gym.transfers.errors import ProofInvalid, ProofVoided, QuotePaid, settled_before
from gym.transfers.models import PaymentProof, ProofKind, ProofState, TransferQuote
from gym.transfers.repository import PaymentProofRepository, TransferQuoteRepository
from gym.transfers.schemas import Booking, ProofSums, ReviewedProof, SentProof, bare_number
from gym.unit_of_work import UnitOfWork

MOST_A_DAY: Final = 10
"""Proofs that one member may send on one gym day."""
MOST_SIGNS: Final = 40
FEWEST_SIGNS: Final = 4
"""Letters and digits of a typed number."""
LATELY: Final = timedelta(days=7)
MOST_VOIDED: Final = 5


class ProofService:
    """Every proof it returns has its quote and client loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._proofs = PaymentProofRepository(uow.session)
        self._booking = ProofBooking(uow)

    async def send(self, quote_id: UUID, sent: SentProof) -> PaymentProof:
        """Hand a proof to the desk; the same file or number for the same quote gives the same proof.

        Another one takes the place of the one that waits, or whose payment was voided. Raises
        `ProofInvalid`, `QuotePaid`, `TooOftenToday`, `TransferQuoteNotFound`.
        """
        quote = await TransferQuoteRepository(self.uow.session).lock(quote_id)
        self.uow.actor.require_own_or(Permission.TAKE_PAYMENT, quote.client_id)
        sent = _checked(sent)
        waiting = await self._proofs.of_quote(quote_id, ProofState.OPEN)
        if waiting is not None and waiting.waits(self.uow.now) and _is_same(waiting, sent):
            return await self._proofs.require_loaded(waiting.id)
        if await self._proofs.paid(quote_id) is not None:
            raise QuotePaid
        await self.uow.require_below_daily_limit("proof.sent", MOST_A_DAY)
        if waiting is not None:
            await self._replace(waiting.id)
        voided = await self._proofs.replace_voided(quote_id)
        if voided is not None:
            self.uow.audit(
                "proof.replaced", voided, {"state": ProofState.APPROVED}, {"state": ProofState.REPLACED}
            )
        proof = await self._proofs.require_loaded((await self._proofs.add(self._row(quote, sent))).id)
        self.uow.audit("proof.sent", proof, after={"kind": proof.kind, "expected": proof.expected})
        await notices.tell_sent(self.uow, proof, len(await self._proofs.seen_before(proof)))
        return proof

    async def approve(
        self, proof_id: UUID, amount: Decimal | None = None, *, sells: bool = True, seen: str | None = None
    ) -> Booking:
        """Sell what was quoted and book the money, in this very transaction; a refusal leaves it waiting.

        `amount` is what arrived, where that is not what was expected: debts are paid first, then the plan,
        and what is left becomes the client's credit. `sells` False books the money without the plan. `seen`
        agrees to one more period (`SoldMeanwhile.mark`) or to today's price (`QuoteOutdated.mark`). Raises
        `ProofDecided`, `ProofOver`, `QuotePaid`, `SoldMeanwhile`, `QuoteOutdated`, `OwnMembershipRefused`,
        and what a sale and a payment raise.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        asked = await self._proofs.require_loaded(proof_id)
        await FourEyes(self.uow).require_another(asked.client_id, Permission.TAKE_PAYMENT)
        booked = asked.expected if amount is None else amount
        proof = await self._settle(proof_id, ProofState.APPROVED, booked=booked)
        sold = await self._booking.sell(proof, seen) if sells else None
        receipt = await self._booking.take(proof, booked, sold)
        proof.entry_id = receipt.first.entry_id
        after = {"expected": proof.expected, "booked": booked, "reference": proof.quote.reference}
        self.uow.audit("proof.approved", proof, {"state": ProofState.OPEN}, after)
        await notices.tell_settled(self.uow, proof)
        return Booking(proof, sold, receipt, await self._proofs.is_reachable(proof.client))

    async def reject(self, proof_id: UUID, reason: str) -> PaymentProof:
        """The money has not arrived: the member is told so, and why. Raises `ProofDecided`, `ProofOver`,
        `ReasonNeeded`, `OwnMembershipRefused`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        answer = parse_reason(reason)
        asked = await self._proofs.require_loaded(proof_id)
        await FourEyes(self.uow).require_another(asked.client_id, Permission.TAKE_PAYMENT)
        proof = await self._settle(proof_id, ProofState.REJECTED, answer=answer)
        self.uow.audit(
            "proof.rejected", proof, {"state": ProofState.OPEN}, {"answer": answer}, person_id=proof.client_id
        )
        await notices.tell_settled(self.uow, proof)
        return proof

    async def ask(self, proof_id: UUID, question: str) -> PaymentProof:
        """A question to the member about an open proof, which goes on waiting. Raises `ProofDecided`,
        `ProofOver`, `ReasonNeeded`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        words = parse_reason(question)
        proof = await self._proofs.require_loaded(proof_id)
        if not proof.waits(self.uow.now):
            raise settled_before(proof)
        notices.tell_question(self.uow, proof, words)
        self.uow.audit("proof.asked", proof, after={"question": words}, person_id=proof.client_id)
        return proof

    async def confirm(self, proof_id: UUID) -> PaymentProof:
        """The money stands on the bank's statement; a second time changes nothing. For admins.

        Raises `ProofVoided`.
        """
        self.uow.actor.require(Permission.COUNT_ALL_CASH)
        if await self._proofs.confirm(proof_id, self.uow.actor.staff_id, self.uow.now):
            self.uow.audit("proof.confirmed", await self._proofs.require(proof_id))
        proof = await self._proofs.require_loaded(proof_id)
        if proof.voided:
            raise ProofVoided
        return proof

    async def get(self, proof_id: UUID) -> ReviewedProof:
        """One proof, and where its file or number was seen before. Raises `ProofNotFound`."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        proof = await self._proofs.require_loaded(proof_id)
        return ReviewedProof(
            proof,
            await self._proofs.seen_before(proof),
            waits=proof.waits(self.uow.now),
            is_reachable=await self._proofs.is_reachable(proof.client),
        )

    async def open_ones(self, page: int = 0) -> Page[PaymentProof]:
        """What waits for an answer, the oldest first."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return await self._proofs.open_ones(self.uow.now, page)

    async def voided_lately(self) -> Sequence[PaymentProof]:
        """Those whose payment was voided within a week: the money is missing until another one is sent."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return await self._proofs.voided_since(self.uow.today - LATELY, MOST_VOIDED)

    async def sum_open(self) -> ProofSums:
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return await self._proofs.sum_open(self.uow.now)

    async def sum_open_of(self, client_id: UUID) -> ProofSums:
        """What waits of one member, for staff and for the member in person."""
        self.uow.actor.require_own_or(Permission.TAKE_PAYMENT, client_id)
        return await self._proofs.sum_open(self.uow.now, client_id)

    async def unconfirmed(self, page: int = 0) -> Page[PaymentProof]:
        """Approved money that nobody has found on the bank's statement yet, the oldest first."""
        self.uow.actor.require(Permission.COUNT_ALL_CASH)
        return await self._proofs.unconfirmed(page)

    async def sum_unconfirmed(self) -> Mapping[UUID | None, ProofSums]:
        """The same by whoever approved it."""
        self.uow.actor.require(Permission.COUNT_ALL_CASH)
        return await self._proofs.sum_unconfirmed()

    async def expire_due(self) -> int:
        """Close what nobody answered in time, and tell the members; how many there were."""
        self.uow.actor.require(Permission.RUN_JOBS)
        closed = await self._proofs.expire(self.uow.now)
        for proof in closed:
            self.uow.audit("proof.expired", proof)
            await notices.tell_settled(self.uow, proof)
        return len(closed)

    async def _settle(self, proof_id: UUID, state: ProofState, **values: object) -> PaymentProof:
        """Write the answer, if it is the first one."""
        now, actor = self.uow.now, self.uow.actor
        first = await self._proofs.settle(
            proof_id,
            state,
            before=now,
            decided_by=actor.staff_id,
            decided_by_name=actor.name,
            decided_at=now,
            **values,
        )
        proof = await self._proofs.require_loaded(proof_id)
        if not first:
            raise settled_before(proof)
        return proof

    async def _replace(self, proof_id: UUID) -> None:
        if not await self._proofs.settle(proof_id, ProofState.REPLACED):
            # Approved or rejected since it was read; the quote's lock keeps other members' proofs away.
            if await self._proofs.paid((await self._proofs.require(proof_id)).quote_id):
                raise QuotePaid
            return
        replaced = await self._proofs.require_loaded(proof_id)
        self.uow.audit("proof.replaced", replaced)
        await notices.tell_settled(self.uow, replaced)

    def _row(self, quote: TransferQuote, sent: SentProof) -> PaymentProof:
        return PaymentProof(
            quote_id=quote.id,
            client_id=quote.client_id,
            kind=sent.kind,
            state=ProofState.OPEN,
            file_id=sent.file_id,
            digest=sent.digest,
            number=sent.number,
            expected=quote.amount,
            sent_at=self.uow.now,
            expires_at=self.uow.now + timedelta(hours=self.uow.settings.proof_hours),
        )


def _is_same(waiting: PaymentProof, sent: SentProof) -> bool:
    if sent.number is not None and waiting.number is not None:
        return bare_number(waiting.number) == bare_number(sent.number)
    return (waiting.digest, waiting.number) == (sent.digest, sent.number)


def _checked(sent: SentProof) -> SentProof:
    """The proof as it is kept. Raises `ProofInvalid`."""
    if sent.kind is not ProofKind.NUMBER:
        if not sent.file_id or not sent.digest:
            raise ProofInvalid
        return sent
    number = "".join((sent.number or "").split()).upper()
    bare = bare_number(number)
    if len(number) > MOST_SIGNS or len(bare) < FEWEST_SIGNS or not any(sign.isdigit() for sign in bare):
        raise ProofInvalid
    return SentProof(ProofKind.NUMBER, number=number)
