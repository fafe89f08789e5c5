"""Report of stock: quantity and value at cost, sales by product and seller, margin, cover, dead stock.

All of it is summed from the movements, so a day of the past reads as it stood then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.language import N_
from gym.core.money import to_cents
from gym.reports.definition import ReportDefinition
from gym.reports.results import (
    ZERO,
    Asked,
    ColumnKind,
    Figure,
    ReportColumn,
    ReportResult,
    Row,
    Table,
)
from gym.unit_of_work import UnitOfWork

COVER: Final = timedelta(days=30)
"""From what was sold in so many days follows how long the rest will last."""
DEAD: Final = timedelta(days=60)
"""Of what nothing was sold for so many days nobody knows when it will go."""
VALUE: Final = N_(
    "What was there at the end of the last day, at the average of what it had cost when it came."
)
SOLD: Final = N_(
    "Products sold in these days at the price of the sale, tax included, less those that came back in them, "
    "whenever they are paid."
)
MARGIN: Final = N_("What was sold, without the tax in it, less what it had cost on average.")
LOST: Final = N_("Written off, and missing when it was counted, less what was found, at cost.")
DEAD_STOCK: Final = N_("Here for 60 days at least up to the last day, and none of it sold in them.")
DEFINITION: Final = N_("Stock at cost, and what was sold of it; every figure is the sum of its movements.")
OF_PRODUCTS: Final = (
    ReportColumn("product", N_("Product")),
    ReportColumn("left", N_("Left"), ColumnKind.COUNT, summed=True),
    ReportColumn("value", N_("Value at cost"), ColumnKind.MONEY, summed=True),
    ReportColumn("pieces", N_("Sold"), ColumnKind.COUNT, summed=True),
    ReportColumn("sold", N_("Sold for"), ColumnKind.MONEY, summed=True),
    ReportColumn("margin", N_("Margin"), ColumnKind.MONEY, summed=True),
    ReportColumn("cover", N_("Days of cover"), ColumnKind.COUNT),
)
OF_SELLERS: Final = (
    ReportColumn("seller", N_("Seller")),
    ReportColumn("pieces", N_("Sold"), ColumnKind.COUNT, summed=True),
    ReportColumn("back", N_("Came back"), ColumnKind.COUNT, summed=True),
    ReportColumn("sold", N_("Sold for"), ColumnKind.MONEY, summed=True),
)
OF_DEAD: Final = (
    ReportColumn("product", N_("Product")),
    ReportColumn("left", N_("Left"), ColumnKind.COUNT, summed=True),
    ReportColumn("value", N_("Value at cost"), ColumnKind.MONEY, summed=True),
)
PRODUCTS: Final = text("""
SELECT p.name,
    coalesce(sum(m.quantity), 0) AS left_over, coalesce(sum(m.quantity * m.unit_cost), 0) AS value,
    coalesce(-sum(m.quantity) FILTER (WHERE m.gym_day >= :first AND l.id IS NOT NULL), 0) AS pieces,
    coalesce(-sum(m.quantity * l.unit_price) FILTER (WHERE m.gym_day >= :first), 0) AS sold,
    coalesce(-sum(round(m.quantity * l.unit_price * 100 / (100 + l.tax_percent), 2)
        - m.quantity * l.unit_cost) FILTER (WHERE m.gym_day >= :first), 0) AS margin,
    coalesce(-sum(m.quantity * m.unit_cost)
        FILTER (WHERE m.gym_day >= :first AND m.kind IN ('loss', 'correction')), 0) AS lost,
    coalesce(-sum(m.quantity) FILTER (WHERE m.gym_day > :cover AND l.id IS NOT NULL), 0) AS lately,
    coalesce(-sum(m.quantity) FILTER (WHERE m.gym_day > :dead AND l.id IS NOT NULL), 0) AS alive,
    min(m.gym_day) AS first_day
FROM products p JOIN stock_movements m ON m.product_id = p.id AND m.gym_day <= :last
LEFT JOIN sale_lines l ON l.id = m.sale_line_id
GROUP BY p.id, p.name ORDER BY sold DESC, p.name
""")
SELLERS: Final = text("""
SELECT s.seller_name, coalesce(-sum(m.quantity) FILTER (WHERE m.kind = 'sale'), 0) AS pieces,
    coalesce(sum(m.quantity) FILTER (WHERE m.kind = 'return'), 0) AS back,
    -sum(m.quantity * l.unit_price) AS sold
FROM stock_movements m JOIN sale_lines l ON l.id = m.sale_line_id JOIN sales s ON s.id = l.sale_id
WHERE m.gym_day BETWEEN :first AND :last
GROUP BY s.sold_by, s.seller_name ORDER BY sold DESC, s.seller_name
""")


@dataclass(frozen=True, slots=True)
class ProductStock:
    """One product at the end of a range, and what happened to it within."""

    name: str
    left: int
    value: Decimal
    pieces: int
    sold: Decimal
    margin: Decimal
    lost: Decimal
    lately: int
    """Sold within `COVER` up to the last day."""
    alive: int
    """Sold within `DEAD` up to the last day."""
    days: int
    """Since its first movement, up to the last day."""

    @property
    def cover(self) -> int | None:
        """Days that the rest will last; None where nothing was sold lately."""
        return self.left * min(COVER.days, self.days) // self.lately if self.lately > 0 else None

    @property
    def is_dead(self) -> bool:
        return self.left > 0 and self.alive <= 0 and self.days >= DEAD.days


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Two statements."""
    first, last = asked.days.first, asked.days.last
    found = await _products(uow.session, first, last)
    rows = await uow.session.execute(SELLERS, {"first": first, "last": last})
    sellers = [Row((row.seller_name, row.pieces, row.back, to_cents(row.sold))) for row in rows]
    dead = [Row((one.name, one.left, one.value)) for one in found if one.is_dead]
    tables = [
        Table("prods", N_("By product"), OF_PRODUCTS, [_row(one) for one in found], SOLD, main="sold"),
        Table("seller", N_("By seller"), OF_SELLERS, sellers, SOLD),
        Table("dead", N_("Dead stock"), OF_DEAD, dead, DEAD_STOCK),
    ]
    return ReportResult(_figures(found), tables)


async def _products(session: AsyncSession, first: date, last: date) -> list[ProductStock]:
    terms = {"first": first, "last": last, "cover": last - COVER, "dead": last - DEAD}
    return [_product(row, last) for row in await session.execute(PRODUCTS, terms)]


def _product(row: Any, last: date) -> ProductStock:
    return ProductStock(
        row.name,
        row.left_over,
        to_cents(row.value),
        row.pieces,
        to_cents(row.sold),
        to_cents(row.margin),
        to_cents(row.lost),
        row.lately,
        row.alive,
        (last - row.first_day).days + 1,
    )


def _row(one: ProductStock) -> Row:
    return Row((one.name, one.left, one.value, one.pieces, one.sold, one.margin, one.cover))


def _figures(found: Sequence[ProductStock]) -> list[Figure]:
    names = ("value", "sold", "margin", "lost")
    sums = {name: sum((getattr(one, name) for one in found), ZERO) for name in names}
    dead = sum((one.value for one in found if one.is_dead), ZERO)
    pieces = sum(one.pieces for one in found)
    return [
        Figure("value", N_("Stock at cost"), ColumnKind.MONEY, sums["value"], VALUE),
        Figure("sold", N_("Products sold"), ColumnKind.MONEY, sums["sold"], SOLD),
        Figure("pieces", N_("Pieces"), ColumnKind.COUNT, pieces, SOLD),
        Figure("margin", N_("Margin"), ColumnKind.MONEY, sums["margin"], MARGIN),
        Figure("lost", N_("Lost"), ColumnKind.MONEY, sums["lost"], LOST),
        Figure("dead", N_("Dead stock"), ColumnKind.MONEY, dead, DEAD_STOCK),
    ]


STOCK: Final = ReportDefinition("stock", N_("🥤 Stock"), DEFINITION, compute)
