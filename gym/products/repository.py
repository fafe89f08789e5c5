"""Queries of products, their prices and their stock movements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from gym.core.database.repository import Page, Repository
from gym.products.errors import ProductNotFound
from gym.products.models import Product, ProductPrice, StockMovement, StockMovementKind
from gym.products.schemas import PricedProduct


def price_in_force(day: date) -> ColumnElement[bool]:
    """Prices of `[valid_from, valid_until)` around a day."""
    until = ProductPrice.valid_until
    return and_(ProductPrice.valid_from <= day, or_(until.is_(None), until > day))


@dataclass(frozen=True, slots=True)
class SoldAround:
    """What sold since a gym day around an hour of the day in a time zone."""

    since: date
    zone: str
    hour: int

    @property
    def hours(self) -> tuple[int, ...]:
        """The hour, and the ones beside it."""
        return tuple((self.hour + beside) % 24 for beside in (-1, 0, 1))


class ProductRepository(Repository[Product, UUID]):
    model = Product
    missing = ProductNotFound

    async def by_key(self, key: UUID) -> Product | None:
        return await self.session.scalar(select(Product).where(Product.idempotency_key == key))

    async def by_code(self, *codes: str) -> Product | None:
        """The product with one of these as its barcode, else as its SKU."""
        barcode = Product.barcode.in_(codes)
        query = select(Product).where(or_(barcode, Product.sku.in_(codes)))
        return await self.session.scalar(query.order_by(func.coalesce(barcode, False).desc()).limit(1))

    async def priced(
        self,
        day: date,
        *,
        active_only: bool,
        favourites: SoldAround | None = None,
        keys: Iterable[UUID] = (),
    ) -> list[PricedProduct]:
        """Products with their price of a day, by name; with `favourites` what sold most first."""
        coming = aliased(ProductPrice)
        query = (
            select(Product, ProductPrice.amount, coming)
            .join(ProductPrice, and_(ProductPrice.product_id == Product.id, price_in_force(day)))
            .outerjoin(coming, and_(coming.product_id == Product.id, coming.valid_from > day))
        )
        wanted = list(keys)
        if wanted:
            query = query.where(Product.id.in_(wanted))
        if active_only:
            query = query.where(Product.active)
        if favourites is not None:
            sold = _sold(favourites)
            query = query.outerjoin(sold, sold.c.product_id == Product.id)
            query = query.order_by(*(func.coalesce(one, 0).desc() for one in (sold.c.by_hour, sold.c.pieces)))
        rows = await self.session.execute(query.order_by(Product.active.desc(), Product.name, Product.id))
        return [PricedProduct(product, amount, later) for product, amount, later in rows]

    async def lock_all(self, keys: Iterable[UUID]) -> dict[UUID, Product]:
        """Locked in the order of their ids, so that two sales of the same things never wait for each other.

        Raises `ProductNotFound`.
        """
        wanted = sorted(set(keys))
        query = select(Product).where(Product.id.in_(wanted)).order_by(Product.id)
        query = query.with_for_update(key_share=True)
        rows = await self.session.scalars(query, execution_options={"populate_existing": True})
        found = {one.id: one for one in rows}
        if len(found) != len(wanted):
            raise self.missing
        return found

    async def prices(self, product_id: UUID) -> Sequence[ProductPrice]:
        """Oldest first."""
        query = select(ProductPrice).where(ProductPrice.product_id == product_id)
        return (await self.session.scalars(query.order_by(ProductPrice.valid_from))).all()

    async def lock_prices(self, product_id: UUID) -> list[ProductPrice]:
        """Every price of a product, oldest first, locked."""
        query = select(ProductPrice).where(ProductPrice.product_id == product_id)
        found = await self.session.scalars(
            query.order_by(ProductPrice.valid_from).with_for_update(),
            execution_options={"populate_existing": True},
        )
        return list(found)

    async def any_active(self) -> bool:
        return bool(await self.session.scalar(select(select(Product.id).where(Product.active).exists())))

    async def categories(self) -> Sequence[str]:
        """Those in use, by name."""
        query = select(Product.category).where(Product.category.is_not(None)).distinct()
        return [name for name in await self.session.scalars(query.order_by(Product.category)) if name]

    async def low(self) -> Sequence[Product]:
        """On sale and at the low mark or below, by name."""
        query = select(Product).where(Product.active, Product.quantity <= Product.minimum)
        return (await self.session.scalars(query.order_by(Product.name, Product.id))).all()


class StockRepository(Repository[StockMovement, UUID]):
    model = StockMovement

    async def by_key(self, key: UUID) -> StockMovement | None:
        return await self.session.scalar(select(StockMovement).where(StockMovement.idempotency_key == key))

    async def of_product(self, product_id: UUID, number: int) -> Page[StockMovement]:
        """The latest first."""
        query = select(StockMovement).where(StockMovement.product_id == product_id)
        return await self.page(query.order_by(StockMovement.at.desc(), StockMovement.id.desc()), number)

    async def last_cost(self, product_id: UUID) -> Decimal | None:
        """What one piece cost the last time that some were bought."""
        bought = StockMovement.product_id == product_id, StockMovement.kind == StockMovementKind.PURCHASE
        query = select(StockMovement.unit_cost).where(*bought)
        return await self.session.scalar(query.order_by(StockMovement.at.desc()).limit(1))


def _sold(around: SoldAround):
    """Pieces sold of each product since a day, less those that came back: at any hour, and around one."""
    traded = StockMovement.kind.in_((StockMovementKind.SALE, StockMovementKind.RETURN))
    hour = func.extract("hour", func.timezone(around.zone, StockMovement.at))
    moved = func.sum(StockMovement.quantity)
    query = select(
        StockMovement.product_id,
        (-moved).label("pieces"),
        (-moved.filter(hour.in_(around.hours))).label("by_hour"),
    )
    query = query.where(traded, StockMovement.gym_day >= around.since)
    return query.group_by(StockMovement.product_id).subquery()
