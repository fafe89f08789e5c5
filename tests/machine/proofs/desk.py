"""Rules of paying from afar: quotes, slips, and what the desk makes of them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import selling
from tests.machine.book import Client, Membership
from tests.machine.common import nth
from tests.machine.drawing import admins, plan_number, which, who
from tests.machine.proofs import approvals, quotes, watching
from tests.machine.proofs.quotes import Proof, Quote, Transfers
from tests.machine.proofs.services import ProofServices
from tests.machine.rules import DAY
from tests.machine.selling import Off
from tests.machine.shop.desk import AtTheShop
from tests.machine.till import AtTheTill, Payment
from tests.machine.visiting import AtTheDoor
from tests.machine.world import Refused

WANTED = st.none() | st.just(0) | st.just(5) | plan_number
SUMS = st.sampled_from([None, None, None, "half", "more", "more", "a zero too many", "nothing"])
AT_ONCE = st.sampled_from([None, "more", "more", "later", "later"])
MORE: Final = 60_00


class AtTheBank(AtTheTill, AtTheDoor, AtTheShop):
    """A member asks for a quote and sends a slip; staff approve, reject and tick."""

    proof_services: ProofServices
    transfers: Transfers
    payment_key: UUID

    def open_bank(self) -> None:
        self.proof_services, self.transfers = ProofServices(self.world), Transfers()
        self.payment_key = self.proof_services.open()

    def expire_proofs(self) -> None:
        self.proof_services.expire()
        self.transfers.expire(self.book.now)

    def look_at_proofs(self) -> None:
        watching.look(self.transfers, self.proof_services)

    @precondition(lambda self: self.at_times(2))
    @rule(who=who, number=WANTED, with_debts=st.booleans())
    def ask_quote(self, who: int, number: int | None, with_debts: bool) -> None:
        self.quoted("ask_quote", who, number, with_debts=with_debts)

    @rule(who=who, number=WANTED, with_debts=st.booleans(), amount=AT_ONCE, admin=admins)
    def pay_from_afar(
        self, who: int, number: int | None, with_debts: bool, amount: str | None, admin: bool
    ) -> None:
        """A quote, and the slip of it at once; three of five are answered without waiting."""
        made = self.quoted("pay_from_afar", who, number, with_debts=with_debts)
        if made is None:
            return
        self.sent("send_proof", made, "slip")
        waiting = made.open_proof()
        if waiting is not None and amount != "later":
            self.answer(made, waiting, amount, sells=True, agrees=True, admin=admin)

    def quoted(self, name: str, who: int, number: int | None, *, with_debts: bool) -> Quote | None:
        client, book = self.book.clients[who], self.book
        plan = None if number is None else book.plans[number]
        debts = quotes.debts_of(client, self.shop) if with_debts else []
        reasons = quotes.why_not_quote(book, self.transfers, client, plan, debts)
        wanted = plan.key if plan else None
        done = self.tried(
            name,
            reasons,
            lambda: self.proof_services.quote(client.key, wanted, self.payment_key, with_debts=with_debts),
        )
        if done is None:
            return None
        made = quotes.quote(book, self.transfers, client, plan, debts, done.id)
        amount = int(done.amount * 100)
        assert amount == made.amount, f"{amount} quoted where {made.amount} is due"
        return made

    @precondition(lambda self: self.transfers.quotes)
    @rule(which=which, slip=st.sampled_from(["slip", "clearer copy"]))
    def send_proof(self, which: int, slip: str) -> None:
        self.sent("send_proof", nth(self.newest(), which), slip)

    @precondition(lambda self: self.unsent() and self.at_times(2))
    @rule(which=which)
    def send_late(self, which: int) -> None:
        """The slip comes when the quoted price holds no more."""
        of = nth(self.unsent(), which)
        self.to(max(self.book.now, of.holds_until) + DAY / 24)
        self.sent("send_late", of, "late slip")

    def sent(self, name: str, of: Quote, slip: str) -> None:
        client = of.client.key
        reasons = quotes.why_not_send(self.book, self.transfers, of, slip)
        done = self.tried(name, reasons, lambda: self.proof_services.send(client, of.key, slip))
        if done is not None:
            quotes.send(self.book, self.transfers, of, slip, done.id)

    @precondition(lambda self: self.transfers.proofs())
    @rule(
        which=which,
        amount=SUMS,
        sells=st.sampled_from([True, True, True, False]),
        agrees=st.booleans(),
        admin=admins,
    )
    def approve_proof(self, which: int, amount: str | None, sells: bool, agrees: bool, admin: bool) -> None:
        of, proof = nth(self.waiting_proofs(), which)
        self.answer(of, proof, amount, sells=sells, agrees=agrees, admin=admin)

    def answer(
        self, of: Quote, proof: Proof, amount: str | None, *, sells: bool, agrees: bool, admin: bool
    ) -> None:
        """With what was on the screen of a refusal the same is tried again."""
        wanted = {
            None: None,
            "half": of.amount // 2,
            "more": of.amount + MORE,
            "a zero too many": of.amount * 10,
            "nothing": 0,
        }[amount]
        agreed, seen = set[str](), None
        for _ in range(3):
            refused = self.approved(of, proof, wanted, agreed, seen, sells=sells, admin=admin)
            if not agrees or refused not in ("sold_meanwhile", "quote_outdated"):
                break
            agreed, seen = agreed | {refused}, self.proof_services.mark

    def approved(
        self,
        of: Quote,
        proof: Proof,
        wanted: int | None,
        agreed: set[str],
        seen: str | None,
        *,
        sells: bool,
        admin: bool,
    ) -> str:
        """The code of the refusal; empty when it went through."""
        book, shop, amount = self.book, self.shop, of.amount if wanted is None else wanted
        reasons = approvals.why_not_approve(book, shop, of, proof, amount, agreed, sells=sells, admin=admin)
        code = ""

        def attempt() -> object:
            nonlocal code
            found = self.proof_services.approve(admin, proof.key, wanted, sells=sells, seen=seen)
            code = found.code if isinstance(found, Refused) else ""
            return found

        done = self.tried("approve_proof", reasons, attempt)
        for one in agreed:
            self.tally.saw(f"approval agreed to {one}", done is not None)
        if done is None:
            return code
        sold_key = done.sold.id if done.sold is not None else None
        entries = [one.entry_id for one in done.receipt.parts]
        new = approvals.approve(
            book, shop, of, proof, amount, sold_key, entries, self.name(admin), sells=sells
        )
        self.tell(of, proof, new)
        return code

    def tell(self, of: Quote, proof: Proof, new: Membership | None) -> None:
        if new is not None:
            self.sold(of.client, new, "a proof")
        surplus = any(part.cause == "surplus" for part in proof.parts)
        self.tally.saw("approval with a surplus" if surplus else "approval of what is owed", done=True)
        if of.plan is not None and new is None:
            self.tally.saw("approval of the money alone", done=True)
        for part in proof.parts:
            for one in of.client.memberships:
                if part in one.rows:
                    self.changed(None, one, "a proof")

    @precondition(lambda self: self.transfers.proofs() and self.at_times(3))
    @rule(which=which, admin=admins)
    def reject_proof(self, which: int, admin: bool) -> None:
        _, proof = nth(self.waiting_proofs(), which)
        reasons = approvals.why_not_answer(self.book, proof)
        if (
            self.tried("reject_proof", reasons, lambda: self.proof_services.reject(admin, proof.key))
            is not None
        ):
            proof.state, proof.by = "rejected", self.name(admin)

    @precondition(lambda self: self.transfers.proofs())
    @rule(which=which, admin=admins)
    def tick(self, which: int, admin: bool) -> None:
        """The money stands on the bank's statement."""
        found = self.transfers.proofs()
        _, proof = nth([pair for pair in found if pair[1].state == "approved"] or found, which)
        reasons = (set() if admin else {"not_allowed"}) | ({"proof_voided"} if proof.voided else set[str]())
        if self.tried("tick", reasons, lambda: self.proof_services.tick(admin, proof.key)) is not None:
            proof.ticked = proof.ticked or proof.state == "approved"

    @precondition(lambda self: self.booked())
    @rule(which=which, admin=admins)
    def void_proof(self, which: int, admin: bool) -> None:
        """One of the payments that an approval has made; products have a way back of their own."""
        client, one, part = nth(self.booked(), which)
        self.tally.saw("void of a surplus" if part.cause else "void of what a proof paid", done=True)
        self.undo_payment("void_proof", (client, one, part), admin=admin)

    @precondition(lambda self: self.unpaid() and self.at_times(3))
    @rule(which=which, cents=st.sampled_from([80_00, 123_45, 50_000_00]))
    def price_moves(self, which: int, cents: int) -> None:
        """From tomorrow on the quoted plan costs something else, and tomorrow comes."""
        of = nth(self.unpaid(), which)
        if of.plan is not None:
            self.move_price("price_moves", of.plan, self.book.today + DAY, cents)
            self.to(self.book.now + DAY)

    @precondition(lambda self: self.returning() and self.at_times(3))
    @rule(which=which, number=plan_number, agrees=st.booleans(), admin=admins)
    def sell_meanwhile(self, which: int, number: int, agrees: bool, admin: bool) -> None:
        """The desk renews what a member's slip waits to pay for; then the slip is answered."""
        client, book = nth(self.returning(), which), self.book
        of = self.quoted("ask_quote", book.clients.index(client), number, with_debts=False)
        if of is None or of.plan is None:
            return
        self.sent("send_proof", of, "slip")
        reasons = selling.why_not_renew(book, client, of.plan, Off(), admin=admin)
        found, plan = selling.renewal(book, client, of.plan), of.plan
        done = self.tried(
            "sell_meanwhile", reasons, lambda: self.world.renew(admin, client.key, plan.key, Off())
        )
        if done is not None and found is not None:
            self.sold(client, selling.renew(book, client, found, done.id, 0))
        waiting = of.open_proof()
        if waiting is not None:
            self.answer(of, waiting, None, sells=True, agrees=agrees, admin=admin)

    def returning(self) -> list[Client]:
        """Who has had a plan; those of whom it is over first, for a renewal that waits hides a second one."""
        found = [one for one in self.book.clients if one.latest() is not None]
        return sorted(found, key=lambda one: bool(one.open_on(self.book.today)))

    def newest(self) -> list[Quote]:
        return self.transfers.quotes[::-1]

    def unsent(self) -> list[Quote]:
        return [one for one in self.newest() if not one.proofs]

    def unpaid(self) -> list[Quote]:
        """Those of a plan before the others."""
        return sorted((one for one in self.newest() if not one.paid), key=lambda one: one.plan is None)

    def waiting_proofs(self) -> list[tuple[Quote, Proof]]:
        """Before those that are answered."""
        return sorted(self.transfers.proofs(), key=lambda pair: not pair[1].waits(self.book.now))

    def booked(self) -> list[Payment]:
        """Payments with plans, surpluses before the others; then the newest first."""
        found = [
            (quote.client, one, part)
            for quote, proof in self.transfers.proofs()
            for part in proof.parts
            for one in quote.client.memberships
            if part in one.rows
        ]
        return sorted(found, key=lambda payment: payment[2].cause != "surplus")
