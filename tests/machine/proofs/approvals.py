"""Approvals of proofs in the book: what is refused and why, what is sold, and which debts the money pays."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tests.machine.book import Account, Book, Client, Membership, Row
from tests.machine.proofs.quotes import Debts, Proof, Quote, debts_of, price_now, why_not_offer
from tests.machine.rules import first_span
from tests.machine.selling import Reasons, renew, renewal, sell
from tests.machine.shop.goods import Shop


def why_not_answer(book: Book, proof: Proof) -> Reasons:
    """The first answer wins, and none comes after three days."""
    if proof.state in ("approved", "rejected"):
        return {"proof_decided"}
    return set() if proof.waits(book.now) else {"proof_over"}


def why_not_approve(
    book: Book,
    shop: Shop,
    of: Quote,
    proof: Proof,
    cents: int,
    agreed: Reasons,
    *,
    sells: bool,
    admin: bool,
) -> Reasons:
    """`agreed` is what was on the screen: one more period, today's price."""
    reasons = why_not_answer(book, proof)
    if reasons:
        return reasons
    buys = sells and of.plan is not None and _sold(of) is None
    if buys:
        reasons = _why_not_plan(book, of, agreed)
    if reasons:
        return reasons
    if cents <= 0:
        return {"amount_not_positive"}
    price, granted = _prices(book, of, sells=sells)
    owed = sum(cents for _, cents in _chosen(of, shop, sells=sells)) + (price if buys else 0)
    if cents > owed + granted and not admin:
        reasons.add("surplus_needs_admin")
    if cents > owed and not buys and not of.client.memberships:
        reasons.add("no_plan_for_credit")
    return reasons


def _why_not_plan(book: Book, of: Quote, agreed: Reasons) -> Reasons:
    assert of.plan is not None
    reasons = why_not_offer(book, of.client, of.plan)
    if reasons:
        return reasons
    latest = of.client.latest()
    if latest is not None and latest is not of.after:
        reasons.add("sold_meanwhile")
    if price_now(book, of.client, of.plan) > of.price and of.first_sent() > of.holds_until:
        reasons.add("quote_outdated")
    return reasons - agreed


def _prices(book: Book, of: Quote, *, sells: bool) -> tuple[int, int]:
    """What the plan is sold for, and by how much that is less than what was quoted."""
    if not sells or of.plan is None:
        return 0, 0
    sold = _sold(of)
    if sold is not None:
        return sold.price, max(0, of.price - sold.price)
    now = price_now(book, of.client, of.plan)
    late = of.first_sent() > of.holds_until
    price = now if late else min(now, of.price)
    return price, max(0, of.price - price)


def _sold(of: Quote) -> Membership | None:
    """By an earlier proof, whose payment is void since; once the first one is canceled, nothing was."""
    first = of.sold[0] if of.sold else None
    return None if first is None or first.status == "canceled" else first


def _chosen(of: Quote, shop: Shop, *, sells: bool) -> Debts:
    """What is owed now of what was quoted; with money alone, all that is owed instead of the plan."""
    if of.plan is not None and not sells:
        return debts_of(of.client, shop)
    quoted = [one for one, _ in of.debts]
    sold = _sold(of)
    order = [*quoted, *([sold] if sold is not None and of.plan is not None else [])]
    return [(one, one.balance) for one in order if one.balance]


def approve(
    book: Book,
    shop: Shop,
    of: Quote,
    proof: Proof,
    cents: int,
    sold_key: UUID | None,
    entries: Sequence[UUID],
    by: str,
    *,
    sells: bool,
) -> Membership | None:
    """The plan is sold, then the money pays one debt after another; gives the plan, if one was sold now."""
    new = None
    if sells and of.plan is not None and _sold(of) is None:
        assert sold_key is not None, "a plan is due"
        price, _ = _prices(book, of, sells=True)
        new = _sell(book, of, sold_key, price)
        of.sold.append(new)
    chosen = _chosen(of, shop, sells=sells)
    if new is not None and new.balance and all(one is not new for one, _ in chosen):
        chosen.append((new, new.balance))
    proof.state, proof.booked, proof.by = "approved", cents, by
    proof.parts = _pay(book, of.client, chosen, cents, entries, by)
    return new


def _sell(book: Book, of: Quote, key: UUID, price: int) -> Membership:
    assert of.plan is not None
    client, plan = of.client, of.plan
    if client.latest() is None:
        list_price = plan.price(book.today)
        span = first_span(book.today, plan.length)
        return sell(book, client, plan, span, key, list_price, list_price - price)
    found = renewal(book, client, plan)
    assert found is not None
    return renew(book, client, found, key, found.price - price)


def _pay(
    book: Book, client: Client, chosen: Debts, cents: int, entries: Sequence[UUID], by: str
) -> list[Row]:
    parts: list[Row] = []
    paid: list[Account] = []
    for one, owed in chosen:
        part = min(owed, cents)
        if not part:
            break
        row = Row("payment", part, "transfer", entries[len(parts)], by, book.today)
        one.lower(row, book.gym_rules.smallest_cents)
        parts.append(row)
        paid.append(one)
        cents -= part
    if cents:
        parts.append(_keep(book, client, paid, cents, entries[len(parts)], by))
    assert len(parts) == len(entries), f"{len(entries)} receipts where {len(parts)} are due"
    return parts


def _keep(book: Book, client: Client, paid: Sequence[Account], cents: int, key: UUID, by: str) -> Row:
    """More than was owed is the client's, by a payment with the last plan that was paid, or the latest."""
    plans = [one for one in paid if isinstance(one, Membership)]
    one = plans[-1] if plans else client.latest() or _last_canceled(client)
    row = Row("payment", cents, "transfer", key, by, book.today, "surplus")
    one.rows += [Row("refund", cents, "credit", cause="surplus"), row]
    client.credit.append(Row("charge", cents))
    return row


def _last_canceled(client: Client) -> Membership:
    closed = [(one.closed_at, one) for one in client.memberships if one.closed_at is not None]
    return max(closed, key=lambda pair: pair[0])[1]
