"""Mapped rows of product sales, their lines, and baskets that are not paid yet."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id
from gym.products.models import UnitCost


class ProductSale(Base):
    """Pieces sold at once. What is owed and paid for them stands on its account, as for a plan.

    `returned_at` is set by a void or refund of the whole sale; a constraint trigger then wants no money held,
    nothing owed and every piece back. A sale to nobody (an account without a client) is paid when it commits.
    """

    __tablename__ = "sales"
    __table_args__ = (
        CheckConstraint("(returned_at IS NULL) = (return_reason IS NULL)", name="returned"),
        Index("ix_sales_day", "gym_day"),
    )

    id: Mapped[Id]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), unique=True)
    sold_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    seller_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    gym_day: Mapped[date]
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    return_reason: Mapped[str | None] = mapped_column(String(300))
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)


class SaleLine(Base):
    """One product of a sale, at the price, tax and cost of that moment."""

    __tablename__ = "sale_lines"
    __table_args__ = (
        CheckConstraint("pieces > 0", name="pieces"),
        CheckConstraint("unit_price > 0", name="unit_price"),
        UniqueConstraint("sale_id", "product_id"),
        Index("ix_sale_lines_product", "product_id"),
    )

    id: Mapped[Id]
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sales.id"))
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    pieces: Mapped[int]
    unit_price: Mapped[Decimal]
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    """Contained in the price."""
    unit_cost: Mapped[UnitCost]
    """The product's average cost when it was sold."""


class SaleBasket(Base):
    """What somebody at the desk has put together and not sold yet; its id is the key of the sale."""

    __tablename__ = "sale_baskets"
    __table_args__ = (Index("ix_sale_baskets_made", "made_at"),)

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id"), index=True)
    made_at: Mapped[datetime]
    last_scan: Mapped[UUID | None]
    """Key of the photo whose product came in last. A chat's photos come one after another, so that a repeated
    one is the last."""


class BasketLine(Base):
    """So many pieces of one product in a basket."""

    __tablename__ = "basket_lines"
    __table_args__ = (CheckConstraint("pieces > 0", name="pieces"),)

    basket_id: Mapped[UUID] = mapped_column(
        ForeignKey("sale_baskets.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    pieces: Mapped[int]
