"""Queries of product sales and baskets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.payments.models import Account, AccountKind, EntryKind, LedgerEntry
from gym.products.models import Product
from gym.products.sales.errors import BasketGone, SaleNotFound
from gym.products.sales.models import BasketLine, ProductSale, SaleBasket, SaleLine
from gym.products.sales.schemas import SoldLine


class SaleRepository(Repository[ProductSale, UUID]):
    model = ProductSale
    missing = SaleNotFound

    async def by_key(self, key: UUID) -> ProductSale | None:
        return await self.session.scalar(select(ProductSale).where(ProductSale.idempotency_key == key))

    async def of_account(self, account_id: UUID) -> ProductSale | None:
        return await self.session.scalar(select(ProductSale).where(ProductSale.account_id == account_id))

    async def of_entry(self, entry_id: UUID) -> ProductSale | None:
        """The sale that a payment, void or charge is of; None for one of a plan."""
        query = select(ProductSale).join(LedgerEntry, LedgerEntry.account_id == ProductSale.account_id)
        return await self.session.scalar(query.where(LedgerEntry.id == entry_id))

    async def lines(self, sale_id: UUID) -> Sequence[tuple[SaleLine, str]]:
        """With the products' names, in the order in which they were sold."""
        query = select(SaleLine, Product.name).join(Product, Product.id == SaleLine.product_id)
        rows = await self.session.execute(query.where(SaleLine.sale_id == sale_id).order_by(SaleLine.id))
        return [(line, name) for line, name in rows.all()]

    async def payments(self, account_id: UUID) -> Sequence[LedgerEntry]:
        """Those that were not voided, in their order."""
        voids = select(LedgerEntry.voids_id).where(LedgerEntry.kind == EntryKind.VOID)
        query = select(LedgerEntry).where(
            LedgerEntry.account_id == account_id,
            LedgerEntry.kind == EntryKind.PAYMENT,
            LedgerEntry.id.not_in(voids.where(LedgerEntry.account_id == account_id)),
        )
        return (await self.session.scalars(query.order_by(LedgerEntry.receipt_number))).all()

    async def count_open(self, client_id: UUID | None = None) -> int:
        """Sales with something left to pay."""
        query = (
            select(func.count())
            .select_from(Account)
            .where(Account.kind == AccountKind.SALE, Account.balance > 0)
        )
        if client_id is not None:
            query = query.where(Account.client_id == client_id)
        return await self.session.scalar(query) or 0

    async def open_sales(
        self, number: int, client_id: UUID | None = None
    ) -> Page[tuple[ProductSale, Account, Client]]:
        """With something left to pay, the oldest first."""
        query = (
            select(ProductSale, Account, Client)
            .join(Account, Account.id == ProductSale.account_id)
            .join(Client, Client.id == Account.client_id)
            .where(Account.balance > 0)
        )
        if client_id is not None:
            query = query.where(Account.client_id == client_id)
        total = await self.count_open(client_id)
        size = 8
        number = max(0, min(number, (total - 1) // size if total else 0))
        rows = await self.session.execute(
            query.order_by(ProductSale.at, ProductSale.id).limit(size).offset(number * size)
        )
        return Page([(sale, account, client) for sale, account, client in rows.all()], number, total, size)

    async def of_day(self, day: date, staff_id: UUID | None, number: int) -> Page[ProductSale]:
        """The latest first."""
        query = select(ProductSale).where(ProductSale.gym_day == day)
        if staff_id is not None:
            query = query.where(ProductSale.sold_by == staff_id)
        return await self.page(query.order_by(ProductSale.at.desc(), ProductSale.id.desc()), number)


class BasketRepository(Repository[SaleBasket, UUID]):
    model = SaleBasket
    missing = BasketGone

    async def open_since(self, staff_id: UUID, since: datetime) -> SaleBasket | None:
        """The latest of somebody's baskets begun since then that is not sold."""
        sold = select(ProductSale.id).where(ProductSale.idempotency_key == SaleBasket.id).exists()
        query = select(SaleBasket).where(SaleBasket.staff_id == staff_id, SaleBasket.made_at >= since, ~sold)
        return await self.session.scalar(query.order_by(SaleBasket.made_at.desc()).limit(1))

    async def scanned(self, staff_id: UUID, key: UUID) -> UUID | None:
        """Somebody's basket into which a photo has brought its product already."""
        mine = SaleBasket.staff_id == staff_id, SaleBasket.last_scan == key
        return await self.session.scalar(select(SaleBasket.id).where(*mine))

    async def note_scan(self, basket_id: UUID, key: UUID) -> None:
        await self.session.execute(update(SaleBasket).where(SaleBasket.id == basket_id).values(last_scan=key))

    async def put(self, basket_id: UUID, product_id: UUID, pieces: int) -> None:
        """So many in all; none takes the product out."""
        mine = BasketLine.basket_id == basket_id, BasketLine.product_id == product_id
        if pieces <= 0:
            await self.session.execute(delete(BasketLine).where(*mine))
            return
        row = insert(BasketLine).values(basket_id=basket_id, product_id=product_id, pieces=pieces)
        await self.session.execute(
            row.on_conflict_do_update(
                index_elements=["basket_id", "product_id"], set_={"pieces": row.excluded.pieces}
            )
        )

    async def lines(self, basket_id: UUID) -> Sequence[BasketLine]:
        query = select(BasketLine).where(BasketLine.basket_id == basket_id).order_by(BasketLine.product_id)
        return (await self.session.scalars(query, execution_options={"populate_existing": True})).all()

    async def forget(self, before: datetime) -> None:
        """Baskets that nobody paid for."""
        await self.session.execute(delete(SaleBasket).where(SaleBasket.made_at < before))


def sold_line(line: SaleLine, name: str) -> SoldLine:
    return SoldLine(line.product_id, name, line.pieces, line.unit_price, line.tax_percent)
