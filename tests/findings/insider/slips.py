"""Proofs of payment as acts of the search: slips that members send, and what the staff makes of them.

Iris, who also trains here, and Otto send whatever a picture can be made of; everybody else only what their
bank has carried out. Ana ticks what stands on the statement, and nothing else.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from gym.core.database.repository import Page
from gym.security.permissions import Actor
from gym.transfers.errors import QuoteOutdated, SoldMeanwhile
from gym.transfers.models import PaymentProof, ProofKind
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import SentProof
from gym.transfers.service import ProofService
from gym.unit_of_work import UnitOfWork
from tests.findings.insider.bank import Arrival
from tests.findings.insider.evening import Evening
from tests.findings.insider.taps import Seen

MUCH: Final = Decimal(10000)
OPEN: Final = """
SELECT f.id, f.expected, q.reference FROM payment_proofs f JOIN transfer_quotes q ON q.id = f.quote_id
WHERE f.state = 'open' ORDER BY f.id
"""


# What members send ────────────────────────────────────────────────────────────────────────────────────────


async def send_slip(e: Evening, s: Seen, r: Random) -> object:
    """Money that is on its way, and the slip of it; a second slip of the same quote moves none."""
    return await _send(e, s, r, lambda amount: amount)


async def send_odd_slip(e: Evening, s: Seen, r: Random) -> object:
    """Half of what was quoted was sent, or a note too many."""
    off = r.choice((Decimal("0.5"), None))
    return await _send(e, s, r, lambda amount: amount + MUCH if off is None else amount * off)


async def send_false_slip(e: Evening, s: Seen, r: Random) -> object:
    """A drawn slip, or a copy of one whose money came for something else: nothing arrives."""
    if s.client not in (e.own, e.friend):
        return None
    return await _send(e, s, r, lambda _: Decimal(0), copied=r.random() < 0.5)


async def _send(e: Evening, s: Seen, r: Random, paid: Any, *, copied: bool = False) -> object:
    plan, with_debts = r.choice((None, *e.plans)), r.random() < 0.5
    member = Actor.member(s.client, "Somebody")

    async def ask(u: UnitOfWork) -> tuple[UUID, str, Decimal]:
        quote = await TransferQuotes(u).quote(s.client, plan, e.payment_key, with_debts=with_debts)
        return quote.id, quote.reference, quote.amount

    quoted = await e.act(member, ask)
    if quoted is None:
        return None
    quote_id, reference, amount = quoted
    earlier = [one.reference for one in e.bank.lines]
    shown = r.choice(earlier) if copied and earlier else reference
    sent = await e.act(member, lambda u: ProofService(u).send(quote_id, _slip(shown, r)))
    arrives = paid(amount)
    if sent is not None and arrives and not e.bank.arrived(reference):
        e.bank.lines.append(Arrival(reference, s.client, arrives))
    return sent


def _slip(reference: str, r: Random) -> SentProof:
    """The bank's picture, or the number that the bank has given."""
    if r.random() < 0.3:
        return SentProof(ProofKind.NUMBER, number=f"M1-{reference}")
    digest = hashlib.sha256(reference.encode()).hexdigest()
    return SentProof(ProofKind.PICTURE, file_id=f"file-{reference}", digest=digest)


# What the desk makes of it ────────────────────────────────────────────────────────────────────────────────


async def approve_proof(e: Evening, s: Seen, r: Random) -> object:
    """As quoted; where a plan was sold meanwhile, one more is agreed to or the money is left waiting."""
    one = await _open(e, r)
    return one and await _approve(e, e.iris, one[0], None, agrees=r.random() < 0.5)


async def book_other_amount(e: Evening, s: Seen, r: Random) -> object:
    one = await _open(e, r)
    if one is None:
        return None
    amount = r.choice((MUCH, one[1] / 2, one[1] + MUCH))
    return await _approve(e, e.iris, one[0], amount, agrees=r.random() < 0.5)


async def book_without_plan(e: Evening, s: Seen, r: Random) -> object:
    one, amount = await _open(e, r), r.choice((None, MUCH))
    return one and await e.act(e.iris, lambda u: ProofService(u).approve(one[0], amount, sells=False))


async def reject_proof(e: Evening, s: Seen, r: Random) -> object:
    one = await _open(e, r)
    return one and await e.act(e.iris, lambda u: ProofService(u).reject(one[0], "It is not on our account."))


async def ask_about_proof(e: Evening, s: Seen, r: Random) -> object:
    one = await _open(e, r)
    return one and await e.act(e.iris, lambda u: ProofService(u).ask(one[0], "Which bank is it?"))


async def book_what_arrived(e: Evening, s: Seen, r: Random) -> object:
    """Ana books the sum of the statement, also what of it becomes credit; what is not there she leaves."""
    one = await _open(e, r)
    arrived = e.bank.arrived(one[2]) if one else Decimal(0)
    return await _approve(e, e.ana, one[0], arrived, agrees=False) if one and arrived else None


async def tick(e: Evening, s: Seen, r: Random) -> object:
    return await reconcile(e) or None


async def reconcile(e: Evening) -> int:
    """Ana goes through her list of unconfirmed transfers, and ticks those whose money has arrived."""
    ticked = 0
    for proof_id, reference, standing in await _listed(e):
        if e.bank.arrived(reference) >= standing:
            await e.act(e.ana, lambda u, one=proof_id: ProofService(u).confirm(one))
            ticked += 1
    return ticked


async def _listed(e: Evening) -> list[tuple[UUID, str, Decimal]]:
    async def read(u: UnitOfWork) -> list[tuple[UUID, str, Decimal]]:
        service, found = ProofService(u), list[PaymentProof]()
        page: Page[PaymentProof] = await service.unconfirmed()
        for number in range(page.pages):
            found += (await service.unconfirmed(number)).items
        return [(one.id, one.quote.reference, one.standing) for one in found]

    listed = await e.act(e.ana, read)
    assert listed is not None, "an admin may always look"
    return listed


async def _open(e: Evening, r: Random) -> Any:
    """Id, expected amount and reference of one that waits."""
    waiting = await e.rows(OPEN)
    return r.choice(waiting) if waiting else None


async def _approve(e: Evening, actor: Actor, proof: UUID, amount: Decimal | None, *, agrees: bool) -> object:
    marks: list[str] = []

    async def first(u: UnitOfWork) -> object:
        try:
            return await ProofService(u).approve(proof, amount)
        except (SoldMeanwhile, QuoteOutdated) as error:
            marks.append(error.mark)
            raise

    done = await e.act(actor, first)
    if done is None and marks and agrees:
        return await e.act(actor, lambda u: ProofService(u).approve(proof, amount, seen=marks[0]))
    return done
