"""Quotes and proofs in the book: what a member is told to send, and the slips that come of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from tests.machine.book import Account, Book, Client, Membership, Plan, Row
from tests.machine.selling import Off, Reasons, renewal, why_not_renew, why_not_sell
from tests.machine.shop.goods import Shop

HOLDS: Final = timedelta(hours=48)
ANSWERED_WITHIN: Final = timedelta(hours=72)
MOST_QUOTES: Final = 20
MOST_PROOFS: Final = 10
Debts = list[tuple[Account, int]]


@dataclass(eq=False)
class Proof:
    """One slip; `parts` are the payments that its approval has written."""

    key: UUID
    slip: str
    sent: datetime
    state: str = "open"
    booked: int | None = None
    parts: list[Row] = field(default_factory=list[Row])
    by: str = ""
    ticked: bool = False

    def waits(self, now: datetime) -> bool:
        return self.state == "open" and self.sent + ANSWERED_WITHIN > now

    @property
    def standing(self) -> int:
        """What of the money is not void."""
        return sum(part.cents for part in self.parts if not part.voided)

    @property
    def voided(self) -> bool:
        return self.state == "approved" and not self.standing


@dataclass(eq=False)
class Quote:
    """A plan at a price, debts, or both; `after` was the client's latest period when it was asked for."""

    key: UUID
    client: Client
    plan: Plan | None
    price: int
    after: Membership | None
    debts: Debts
    made: datetime
    proofs: list[Proof] = field(default_factory=list[Proof])
    sold: list[Membership] = field(default_factory=list[Membership])
    """The first one that it has sold; another one only where that was canceled."""

    @property
    def amount(self) -> int:
        return self.price + sum(cents for _, cents in self.debts)

    @property
    def holds_until(self) -> datetime:
        return self.made + HOLDS

    @property
    def paid(self) -> bool:
        return any(one.state == "approved" and not one.voided for one in self.proofs)

    def open_proof(self) -> Proof | None:
        return next((one for one in self.proofs if one.state == "open"), None)

    def first_sent(self) -> datetime:
        """A rejected one is as if it had not been sent."""
        return min(one.sent for one in self.proofs if one.state != "rejected")

    def terms(self) -> tuple[object, ...]:
        return self.plan, self.after, self.price, self.debts


@dataclass
class Offer:
    """What a plan and the debts come to now."""

    price: int
    after: Membership | None
    debts: Debts


@dataclass
class Transfers:
    """All quotes, oldest first, and how often a member has asked and sent on a day."""

    quotes: list[Quote] = field(default_factory=list[Quote])
    asked: Counter[tuple[UUID, date]] = field(default_factory=Counter[tuple[UUID, date]])
    sent: Counter[tuple[UUID, date]] = field(default_factory=Counter[tuple[UUID, date]])

    def proofs(self) -> list[tuple[Quote, Proof]]:
        """Newest first."""
        found = [(quote, proof) for quote in self.quotes for proof in quote.proofs]
        return sorted(found, key=lambda pair: pair[1].sent, reverse=True)

    def unconfirmed(self) -> dict[str, tuple[int, int]]:
        """How many and how much, by whoever has approved them."""
        found: dict[str, tuple[int, int]] = {}
        for _, proof in self.proofs():
            if proof.state == "approved" and not proof.ticked and not proof.voided:
                count, cents = found.get(proof.by, (0, 0))
                found[proof.by] = count + 1, cents + proof.standing
        return found

    def expire(self, now: datetime) -> None:
        for _, proof in self.proofs():
            if proof.state == "open" and not proof.waits(now):
                proof.state = "expired"


def debts_of(client: Client, shop: Shop) -> Debts:
    """Of plans since their first day, of products since the day of their sale; the oldest first."""
    found: list[tuple[date, UUID, Account]] = [(one.first, one.key, one) for one in client.memberships]
    found += [(sale.day, sale.key, sale) for sale in shop.sales if sale.client is client]
    return [(one, one.balance) for *_, one in sorted(found, key=lambda row: row[:2]) if one.balance]


def why_not_offer(book: Book, client: Client, plan: Plan) -> Reasons:
    """A renewal where there was a plan before."""
    if client.latest() is None:
        return why_not_sell(book, client, plan, book.today, Off(), admin=True)
    return why_not_renew(book, client, plan, Off(), admin=True)


def price_now(book: Book, client: Client, plan: Plan) -> int:
    if client.latest() is None:
        return plan.price(book.today)
    found = renewal(book, client, plan)
    assert found is not None
    return found.price


def offered(book: Book, client: Client, plan: Plan | None, debts: Debts) -> Offer:
    if plan is None:
        return Offer(0, None, debts)
    return Offer(price_now(book, client, plan), client.latest(), debts)


def why_not_quote(
    book: Book, transfers: Transfers, client: Client, plan: Plan | None, debts: Debts
) -> Reasons:
    reasons = why_not_offer(book, client, plan) if plan else set[str]()
    if reasons:
        return reasons
    found = offered(book, client, plan, debts)
    if not found.price and not debts:
        return {"nothing_to_pay"}
    often = transfers.asked[client.key, book.today] >= MOST_QUOTES
    return {"too_often_today"} if often and same(book, transfers, client, plan, found) is None else set()


def same(book: Book, transfers: Transfers, client: Client, plan: Plan | None, offer: Offer) -> Quote | None:
    """The newest quote of the very same, while it holds and is not paid."""
    terms = plan, offer.after, offer.price, offer.debts
    fitting = (
        one
        for one in reversed(transfers.quotes)
        if one.client is client and one.terms() == terms and not one.paid and one.holds_until > book.now
    )
    return next(fitting, None)


def quote(
    book: Book, transfers: Transfers, client: Client, plan: Plan | None, debts: Debts, key: UUID
) -> Quote:
    offer = offered(book, client, plan, debts)
    known = same(book, transfers, client, plan, offer)
    if known is not None:
        assert known.key == key, "the same once more is the first one"
        return known
    made = Quote(key, client, plan, offer.price, offer.after, offer.debts, book.now)
    transfers.quotes.append(made)
    transfers.asked[client.key, book.today] += 1
    return made


def why_not_send(book: Book, transfers: Transfers, of: Quote, slip: str) -> Reasons:
    waiting = of.open_proof()
    if waiting is not None and waiting.waits(book.now) and waiting.slip == slip:
        return set()
    reasons: Reasons = {"quote_paid"} if of.paid else set()
    often = transfers.sent[of.client.key, book.today] >= MOST_PROOFS
    return reasons | ({"too_often_today"} if often else set())


def send(book: Book, transfers: Transfers, of: Quote, slip: str, key: UUID) -> None:
    """The same slip again is the same proof; another one replaces what waits, and what is void."""
    waiting = of.open_proof()
    if waiting is not None and waiting.waits(book.now) and waiting.slip == slip:
        assert waiting.key == key, "the same slip is one proof"
        return
    for one in of.proofs:
        if one.state == "open" or one.voided:
            one.state, one.booked, one.ticked = "replaced", None, False
    of.proofs.append(Proof(key, slip, book.now))
    transfers.sent[of.client.key, book.today] += 1
