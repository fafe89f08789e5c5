"""Sales of products in the book: what is refused and why, and what a sale or its return writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.machine.book import Book, Client, Row
from tests.machine.money import why_not_pay as why_not_take
from tests.machine.selling import Reasons
from tests.machine.shop.goods import Line, Product, Sale, Shop


@dataclass(frozen=True, slots=True)
class Part:
    """What is paid at once by one method, in cents."""

    method: str
    cents: int


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants: pieces by product, the total that was shown, and how it is paid."""

    wanted: Sequence[tuple[Product, int]]
    seen: int
    parts: Sequence[Part]


def total(book: Book, wanted: Sequence[tuple[Product, int]]) -> int:
    return sum(product.price(book.today) * pieces for product, pieces in wanted)


def why_not_sell(book: Book, order: Order, client: Client | None) -> Reasons:
    """Both the desk and an admin may sell, to anybody but an erased client."""
    products = [product for product, _ in order.wanted]
    if not order.wanted:
        return {"basket_empty"}
    if any(pieces <= 0 for _, pieces in order.wanted) or len(set(products)) < len(products):
        return {"pieces_invalid"}
    reasons: Reasons = {"product_not_on_sale"} if not all(one.active for one in products) else set()
    if any(pieces > product.pieces for product, pieces in order.wanted):
        reasons.add("not_enough_stock")
    due = total(book, order.wanted)
    if order.seen != due:
        reasons.add("sale_total_changed")
    if client is None and any(part.method == "credit" for part in order.parts):
        reasons.add("credit_needs_client")
    if client is None and due > sum(part.cents for part in order.parts):
        reasons.add("sale_unpaid")
    return reasons | _why_not_paid(book, order, client, due)


def _why_not_paid(book: Book, order: Order, client: Client | None, due: int) -> Reasons:
    """One part after the other; a rest that nobody can pay is not owed, so no part may come for it."""
    reasons: Reasons = set()
    credit = client.credit_balance if client else 0
    for part in order.parts:
        if part.cents <= 0:
            reasons.add("amount_not_positive")
        if part.cents > due:
            reasons.add("over_payment" if due else "nothing_owed")
        if part.method == "credit":
            reasons |= {"not_enough_credit"} if part.cents > credit else set()
            credit -= part.cents
        due = max(0, due - part.cents)
        due = 0 if due < book.gym_rules.smallest_cents else due
    return reasons


def sell(book: Book, shop: Shop, order: Order, client: Client | None, key: UUID, by: str) -> Sale:
    lines = [
        Line(product, pieces, product.price(book.today), product.cost) for product, pieces in order.wanted
    ]
    due = total(book, order.wanted)
    sale = Sale(key=key, rows=[Row("charge", due)], client=client, by=by, day=book.today, lines=lines)
    for line in lines:
        line.product.move("sale", -line.pieces)
    for part in order.parts:
        pay(book, sale, part, by)
    shop.sales.append(sale)
    return sale


def why_not_pay(sale: Sale, part: Part) -> Reasons:
    """Of what stands on a client's account."""
    assert sale.client is not None, "a sale to nobody is paid at once"
    return why_not_take(sale.client, sale, part.cents, part.method)


def pay(book: Book, sale: Sale, part: Part, by: str) -> None:
    row = Row("payment", part.cents, part.method, taken_by=by, day=book.today)
    sale.lower(row, book.gym_rules.smallest_cents)
    if part.method == "credit" and sale.client is not None:
        sale.client.credit.append(Row("credit", part.cents))


def why_not_void(book: Book, sale: Sale, by: str, *, admin: bool) -> Reasons:
    """By whoever sold it on the same day, unless a colleague took some of the money; later by an admin."""
    reasons: Reasons = {"already_returned"} if sale.returned else set()
    taken = [(row.taken_by, row.day) for row in sale.payments]
    own = all(one == (by, book.today) for one in [(sale.by, sale.day), *taken])
    return reasons | (set() if admin or own else {"void_needs_admin"})


def void(book: Book, sale: Sale) -> None:
    """Every payment is void, nothing is owed, and the pieces are back."""
    for payment in sale.payments:
        payment.voided = True
        sale.rows.append(
            Row("void", payment.cents, payment.method, taken_by=payment.taken_by, day=book.today)
        )
        if payment.method == "credit" and sale.client is not None:
            sale.client.credit.append(Row("charge", payment.cents))
    if sale.balance:
        sale.rows.append(Row("credit", sale.balance, cause="canceled"))
    _back(sale)


def why_not_refund(sale: Sale, method: str, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    reasons: Reasons = {"already_returned"} if sale.returned else set()
    return reasons | ({"credit_needs_client"} if method == "credit" and sale.client is None else set())


def refund(book: Book, sale: Sale, method: str, by: str) -> None:
    """What was paid is handed out or kept as credit, what was owed is forgiven, the pieces are back."""
    value, paid = sale.reversible, sale.net_paid
    if paid:
        sale.rows.append(Row("refund", paid, method, taken_by=by, day=book.today))
        if method == "credit" and sale.client is not None:
            sale.client.credit.append(Row("charge", paid))
    sale.rows.append(Row("credit", value, cause="refunded"))
    _back(sale)


def _back(sale: Sale) -> None:
    for line in sale.lines:
        line.product.move("return", line.pieces, line.cost)
    sale.returned = True
