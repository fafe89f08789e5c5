"""Products in the book: dated prices, stock movements, average cost; and the sales made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from tests.machine.book import Account, Book, Client, Row
from tests.machine.rules import DAY
from tests.machine.selling import Reasons

COST: Final = Decimal("0.0001")
"""What an average cost is rounded to."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Pieces that came (above zero) or went, at what one of them cost."""

    kind: str
    pieces: int
    cost: Decimal


@dataclass(eq=False)
class Product:
    """Something on the shelf; `prices` are cents from a day on, the last one perhaps still to come."""

    key: UUID
    prices: list[tuple[date, int]]
    active: bool = True
    cost: Decimal = Decimal(0)
    """The weighted average of what is there."""
    movements: list[Movement] = field(default_factory=list[Movement])

    @property
    def pieces(self) -> int:
        return sum(one.pieces for one in self.movements)

    def price(self, day: date) -> int:
        return next(cents for since, cents in reversed(self.prices) if since <= day)

    def move(self, kind: str, pieces: int, cost: Decimal | None = None) -> None:
        """What comes in is averaged with what is there; what goes out leaves the average as it is."""
        one, there = Movement(kind, pieces, self.cost if cost is None else cost), self.pieces
        if pieces > 0:
            worth = there * self.cost + pieces * one.cost
            self.cost = (worth / (there + pieces)).quantize(COST, ROUND_HALF_UP)
        self.movements.append(one)


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one product in a sale, at the price and cost of that moment."""

    product: Product
    pieces: int
    cents: int
    cost: Decimal


@dataclass(eq=False, kw_only=True)
class Sale(Account):
    """Products sold at once, to a client or to nobody."""

    client: Client | None
    by: str
    day: date
    lines: list[Line]
    returned: bool = False

    @property
    def payments(self) -> list[Row]:
        """Those that were not voided."""
        return [row for row in self.rows if row.kind == "payment" and not row.voided]


@dataclass
class Shop:
    """The shelf, and what was sold from it."""

    products: list[Product]
    sales: list[Sale] = field(default_factory=list[Sale])

    def owing(self) -> list[Sale]:
        return [sale for sale in self.sales if sale.balance]

    def tills(self, book: Book) -> dict[tuple[str, str], int]:
        """Of today, by owner and method, in cents: payments less voids and refunds; credit moves none."""
        signs, found = {"payment": 1, "void": -1, "refund": -1}, dict[tuple[str, str], int]()
        for row in self._rows(book):
            if row.kind in signs and row.day == book.today and row.method not in (None, "credit"):
                till = row.taken_by, row.method or ""
                found[till] = found.get(till, 0) + signs[row.kind] * row.cents
        return {till: cents for till, cents in found.items() if cents}

    def _rows(self, book: Book) -> Iterator[Row]:
        accounts = [*self.sales, *(one for _, one in book.everybody())]
        return (row for one in accounts for row in one.rows)


def cost(cents: int) -> Decimal:
    """Of one piece, as the stock keeps it."""
    return Decimal(cents) / 100


def why_not_receive(pieces: int, cents: int, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    reasons: Reasons = {"pieces_invalid"} if pieces <= 0 else set()
    return reasons | ({"price_invalid"} if cents < 0 else set())


def why_not_lose(product: Product, pieces: int, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    if pieces <= 0:
        return {"pieces_invalid"}
    return {"not_enough_stock"} if pieces > product.pieces else set()


def why_not_count(product: Product, counted: int, seen: int, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    reasons: Reasons = {"pieces_invalid"} if counted < 0 else set()
    return reasons | ({"stock_moved"} if seen != product.pieces else set())


def count(product: Product, counted: int) -> None:
    if counted != product.pieces:
        product.move("correction", counted - product.pieces)


def why_not_price(book: Book, product: Product, day: date, cents: int, *, admin: bool) -> Reasons:
    """From today or a later day on; of later ones one at a time, and the same again is the one that waits."""
    if not admin:
        return {"not_allowed"}
    reasons: Reasons = {"product_price_invalid"} if cents <= 0 else set()
    if day < book.today:
        reasons.add("price_start_invalid")
    if day > book.today + 366 * DAY:
        reasons.add("price_start_too_far")
    latest = product.prices[-1]
    waits = day > book.today and latest[0] > book.today and latest != (day, cents)
    return reasons | ({"price_change_pending"} if waits else set())


def set_price(product: Product, day: date, cents: int) -> None:
    product.prices = sorted([*(price for price in product.prices if price[0] != day), (day, cents)])
