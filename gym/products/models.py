"""Mapped rows of products: catalogue, dated prices, and append-only stock movements."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column

UnitCost = Annotated[Decimal, mapped_column(Numeric(14, 4))]
"""What one piece cost. Four decimals, because an average of cents is no cent."""


class StockMovementKind(StrEnum):
    """purchase and return add; sale and loss take out; a correction, from a stock count, does either."""

    PURCHASE = "purchase"
    SALE = "sale"
    LOSS = "loss"
    CORRECTION = "correction"
    RETURN = "return"
    """The pieces of a sale that was voided or refunded."""


class Product(Base):
    """Something the gym sells by the piece. With history it is deactivated, never deleted.

    `quantity` is the sum of its movements and `average_cost` their weighted average; a trigger keeps both.
    A check keeps the quantity from falling below zero, however many sell at once.
    """

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("average_cost >= 0", name="average_cost"),
        CheckConstraint("tax_percent BETWEEN 0 AND 100", name="tax"),
        CheckConstraint("minimum >= 0 AND (maximum IS NULL OR maximum >= minimum)", name="marks"),
        Index("uq_products_name", sql("lower(name)"), unique=True),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    sku: Mapped[str | None] = mapped_column(String(40), unique=True)
    barcode: Mapped[str | None] = mapped_column(String(64), unique=True)
    category: Mapped[str | None] = mapped_column(String(40))
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=Decimal(0), server_default=sql("0"))
    """Contained in the price, as prices on a shelf are."""
    minimum: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """At this quantity or below it stock is low."""
    maximum: Mapped[int | None]
    """Up to here the shopping list fills it."""
    quantity: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    average_cost: Mapped[UnitCost] = mapped_column(default=Decimal(0), server_default=sql("0"))
    active: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class ProductPrice(Base):
    """A price in force on `[valid_from, valid_until)`."""

    __tablename__ = "product_prices"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="range"),
        ExcludeConstraint(
            ("product_id", "="),
            (sql("daterange(valid_from, valid_until)"), "&&"),
            name="ex_product_prices_one_at_a_time",
            using="gist",
            deferrable=True,
        ),
    )

    id: Mapped[Id]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), index=True)
    amount: Mapped[Decimal]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class StockMovement(Base):
    """Pieces that came or went, for ever: a trigger refuses to change or delete a movement."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("kind NOT IN ('purchase', 'return') OR quantity > 0", name="comes_in"),
        CheckConstraint("kind NOT IN ('sale', 'loss') OR quantity < 0", name="goes_out"),
        CheckConstraint("kind NOT IN ('loss', 'correction') OR reason IS NOT NULL", name="reason"),
        CheckConstraint("unit_cost >= 0", name="unit_cost"),
        CheckConstraint("(kind IN ('sale', 'return')) = (sale_line_id IS NOT NULL)", name="of_sale"),
        Index("uq_stock_movements_once", "sale_line_id", "kind", unique=True),
        Index("ix_stock_movements_product", "product_id", "at"),
        Index("ix_stock_movements_day", "gym_day", "kind"),
    )

    id: Mapped[Id]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    kind: Mapped[StockMovementKind] = mapped_column(enum_column(StockMovementKind))
    quantity: Mapped[int]
    """Above zero: pieces that came; below: pieces that went."""
    unit_cost: Mapped[UnitCost]
    """Paid for one piece that came; of one that went, the average at that moment."""
    reason: Mapped[str | None] = mapped_column(String(300))
    sale_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale_lines.id"))
    """Of a sale or return, each once a line."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    staff_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    gym_day: Mapped[date]
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
