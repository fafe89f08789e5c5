"""Checks of products after every step: the rows against the book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from tests.machine.shop.goods import Product, Sale, Shop
from tests.machine.watching import Snapshot, as_booked, movements
from tests.machine.world import cents

PRODUCTS = "SELECT id, quantity, average_cost, active FROM products"
MOVEMENTS = """
SELECT id, product_id, kind, quantity, unit_cost, md5(m::text) AS hash FROM stock_movements m ORDER BY at, id
"""
SALES = """
SELECT s.id, s.account_id, s.seller_name, s.gym_day, s.returned_at IS NOT NULL AS returned, a.client_id,
    a.balance FROM sales s JOIN accounts a ON a.id = s.account_id
"""
LINES = "SELECT sale_id, product_id, pieces, unit_price, unit_cost FROM sale_lines"
# What the gym's own triggers keep, without a word of its code.
BROKEN = """
SELECT p.id, p.quantity, coalesce(sum(m.quantity), 0) AS moved
FROM products p LEFT JOIN stock_movements m ON m.product_id = p.id GROUP BY p.id
HAVING p.quantity <> coalesce(sum(m.quantity), 0) OR p.quantity < 0
"""
Found = asyncpg.Record


@dataclass
class ShopSnapshot:
    """The rows of one moment."""

    products: list[Found]
    movements: list[Found]
    sales: list[Found]
    lines: list[Found]
    broken: list[Found]

    @classmethod
    async def take(cls, rows: asyncpg.Connection) -> ShopSnapshot:
        return cls(*[await rows.fetch(query) for query in (PRODUCTS, MOVEMENTS, SALES, LINES, BROKEN)])


@dataclass
class ShopWatch:
    """Remembers what may never change again."""

    written: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def look(self, shop: Shop, seen: ShopSnapshot, money: Snapshot) -> None:
        self._stock_only_grows(seen)
        assert not seen.broken, f"stock is not the sum of its movements: {seen.broken}"
        stock_agrees(shop.products, seen)
        sales_agree(shop.sales, seen, money)

    def _stock_only_grows(self, seen: ShopSnapshot) -> None:
        now = {row["id"]: row["hash"] for row in seen.movements}
        changed = {key for key, was in self.written.items() if now.get(key) != was}
        assert not changed, f"stock movements were edited or are gone: {changed}"
        self.written = now


def stock_agrees(products: Sequence[Product], seen: ShopSnapshot) -> None:
    moved: dict[UUID, list[Found]] = defaultdict(list)
    for row in seen.movements:
        moved[row["product_id"]].append(row)
    rows = {row["id"]: row for row in seen.products}
    assert rows.keys() == {one.key for one in products}
    for one in products:
        row = rows[one.key]
        written = sorted((row["kind"], row["quantity"], row["unit_cost"]) for row in moved[one.key])
        booked = sorted((move.kind, move.pieces, move.cost) for move in one.movements)
        assert written == booked, f"{written} moved where {booked} is due"
        stands = row["quantity"], row["average_cost"], row["active"]
        assert stands == (one.pieces, one.cost, one.active), f"{stands} where {one} is due"


def sales_agree(sales: Sequence[Sale], seen: ShopSnapshot, money: Snapshot) -> None:
    ledger: dict[UUID, list[Found]] = defaultdict(list)
    for row in money.ledger:
        ledger[row["account_id"]].append(row)
    lines: dict[UUID, list[tuple[object, ...]]] = defaultdict(list)
    for row in seen.lines:
        price = cents(row["unit_price"])
        lines[row["sale_id"]].append((row["product_id"], row["pieces"], price, row["unit_cost"]))
    rows = {row["id"]: row for row in seen.sales}
    assert rows.keys() == {one.key for one in sales}
    for one in sales:
        row = rows[one.key]
        assert _as_written(row) == _as_booked(one), f"{_as_written(row)} where {_as_booked(one)} is due"
        booked = [(line.product.key, line.pieces, line.cents, line.cost) for line in one.lines]
        assert sorted(lines[one.key], key=str) == sorted(booked, key=str)
        written, due = movements(ledger[row["account_id"]]), as_booked(one.rows)
        assert written == due, f"{written} written where {due} is due"


def _as_booked(one: Sale) -> tuple[object, ...]:
    client = one.client.key if one.client else None
    return client, one.by, one.day, one.returned, one.balance


def _as_written(row: Found) -> tuple[object, ...]:
    seller = row["seller_name"], row["gym_day"]
    return row["client_id"], *seller, row["returned"], cents(row["balance"])
