"""Catalogue of products and their dated prices. A product with history is deactivated, never deleted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.core.money import LARGEST, to_cents
from gym.plans.errors import NoPriceChange, PriceChangePending, PriceStartInvalid
from gym.plans.schemas import checked_price_start
from gym.products.errors import (
    MarksInvalid,
    ProductCodeTaken,
    ProductNameTaken,
    ProductNotFound,
    ProductPriceInvalid,
)
from gym.products.models import Product, ProductPrice
from gym.products.repository import ProductRepository, SoldAround
from gym.products.schemas import (
    PricedProduct,
    ProductChanges,
    ProductInput,
    ScannedCode,
    parse_product_code,
    parse_product_name,
    readable_code,
    same_codes,
)
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

FAVOURITE_DAYS: Final = timedelta(days=30)
"""What sold most in so many days stands first at the desk."""
CODES: Final = ("sku", "barcode")


class CatalogueService:
    """What was sold keeps its own price and tax, whatever happens here."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._products = ProductRepository(uow.session)

    async def create(self, data: ProductInput, key: UUID | None = None) -> Product:
        """A new product with its price and no stock; the same key gives the same product.

        Raises `ProductNameTaken`, `ProductCodeTaken`, `MarksInvalid`, `ProductPriceInvalid`.
        """
        self.uow.actor.require(Permission.MANAGE_PRODUCTS)
        if key is not None and (known := await self._products.by_key(key)) is not None:
            return known
        values = data.model_dump(exclude={"price"}) | {"name": parse_product_name(data.name)}
        price = _checked_price(data.price)
        product = Product(**_clean(values), quantity=0, idempotency_key=key, created_at=self.uow.now)
        _require_marks(product)
        try:
            async with self._unique():
                self.uow.session.add(product)
        except (ProductNameTaken, ProductCodeTaken):
            # The same tap on two workers: the other one has committed.
            if key is not None and (known := await self._products.by_key(key)) is not None:
                return known
            raise
        self.uow.session.add(ProductPrice(product_id=product.id, amount=price, valid_from=self.uow.today))
        self.uow.audit("product.created", product, None, data.model_dump(exclude_none=True))
        return product

    async def edit(self, product_id: UUID, changes: ProductChanges) -> Product:
        """Change what is neither price nor stock. Raises as `create` does."""
        product = await self._lock(product_id)
        values = _clean(changes.model_dump(include=changes.model_fields_set))
        if "name" in values:
            values["name"] = parse_product_name(changes.name)
        async with self._unique():
            for name, value in values.items():
                setattr(product, name, value)
            _require_marks(product)
            self.uow.audit_changes("product.edited", product)
        return product

    async def deactivate(self, product_id: UUID) -> Product:
        """Not sold any more; its stock stays in the books until it is counted out."""
        return await self._set_active(product_id, active=False)

    async def reactivate(self, product_id: UUID) -> Product:
        return await self._set_active(product_id, active=True)

    async def get(self, product_id: UUID) -> PricedProduct:
        """Raises `ProductNotFound`."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        found = await self._products.priced(self.uow.today, active_only=False, keys=[product_id])
        if not found:
            raise ProductNotFound
        return found[0]

    async def on_sale(self) -> list[PricedProduct]:
        """What is sold today with today's prices: first what sells most around this hour, then at any."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        zone = self.uow.settings.zone
        sold = SoldAround(self.uow.today - FAVOURITE_DAYS, zone.key, self.uow.now.astimezone(zone).hour)
        return await self._products.priced(self.uow.today, active_only=True, favourites=sold)

    async def all(self) -> list[PricedProduct]:
        """Every product, those on sale first."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        return await self._products.priced(self.uow.today, active_only=False)

    async def shelf(self) -> list[PricedProduct]:
        """Every product in the order in which they were made: what is new, renamed or taken off sale while
        somebody counts along it moves nothing else.
        """
        return sorted(await self.all(), key=lambda one: one.product.id)

    async def sells(self) -> bool:
        """Whether anything is on sale."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        return await self._products.any_active()

    async def by_code(self, code: str) -> PricedProduct | None:
        """The product behind a barcode or SKU, also one that is not sold any more."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        found = await self._products.by_code(*same_codes(parse_product_code(code)))
        return await self.get(found.id) if found else None

    async def by_scan(self, texts: Iterable[str]) -> ScannedCode | None:
        """Of the barcodes in a picture the first that a product has, else the first that one could have."""
        codes = [code for text in texts if (code := readable_code(text))]
        for code in codes:
            if (found := await self.by_code(code)) is not None:
                return ScannedCode(code, found)
        return ScannedCode(codes[0], None) if codes else None

    async def categories(self) -> Sequence[str]:
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        return await self._products.categories()

    async def prices(self, product_id: UUID) -> Sequence[ProductPrice]:
        """Every price a product has had and will have, oldest first."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        await self._products.require(product_id)
        return await self._products.prices(product_id)

    async def set_price(self, product_id: UUID, amount: Decimal, valid_from: date | None = None) -> None:
        """A new price from today, or from a later day on: of later ones one at a time.

        Raises `ProductPriceInvalid`, `PriceStartInvalid`, `PriceStartTooFar`, `PriceChangePending`.
        """
        product, today = await self._lock(product_id), self.uow.today
        amount, valid_from = _checked_price(amount), valid_from or today
        rows = await self._products.lock_prices(product_id)
        waiting = rows[-1] if rows[-1].valid_from > today else None
        if valid_from < today:
            raise PriceStartInvalid
        if valid_from > today:
            checked_price_start(valid_from, today)
            if waiting is not None:
                if (waiting.amount, waiting.valid_from) == (amount, valid_from):
                    return
                raise PriceChangePending(waiting.valid_from)
        current = rows[-2] if waiting is not None else rows[-1]
        before = current.amount
        if current.valid_from == valid_from:
            current.amount = amount
        else:
            until = current.valid_until
            current.valid_until = valid_from
            await self.uow.session.flush()
            self.uow.session.add(
                ProductPrice(product_id=product_id, amount=amount, valid_from=valid_from, valid_until=until)
            )
        await self.uow.session.flush()
        self.uow.audit(
            "product.price_set", product, {"amount": before}, {"amount": amount, "valid_from": valid_from}
        )

    async def cancel_price(self, product_id: UUID, price_id: UUID) -> None:
        """Today's price goes on. Raises `NoPriceChange` unless it is that one which waits."""
        product = await self._lock(product_id)
        rows = await self._products.lock_prices(product_id)
        waiting = rows[-1]
        if waiting.id != price_id or waiting.valid_from <= self.uow.today or len(rows) < 2:
            raise NoPriceChange
        await self.uow.session.delete(waiting)
        await self.uow.session.flush()
        rows[-2].valid_until = None
        gone = {"amount": waiting.amount, "valid_from": waiting.valid_from}
        self.uow.audit("product.price_canceled", product, gone, None)

    async def _lock(self, product_id: UUID) -> Product:
        self.uow.actor.require(Permission.MANAGE_PRODUCTS)
        return (await self._products.lock_all([product_id]))[product_id]

    async def _set_active(self, product_id: UUID, *, active: bool) -> Product:
        product = await self._lock(product_id)
        product.active = active
        self.uow.audit_changes("product.activated" if active else "product.deactivated", product)
        return product

    @asynccontextmanager
    async def _unique(self) -> AsyncGenerator[None]:
        """Write inside; PostgreSQL decides which name and code is free."""
        try:
            async with self.uow.session.begin_nested():
                yield
                await self.uow.session.flush()
        except IntegrityError as error:
            match violated_constraint(error):
                case "uq_products_name" | "uq_products_idempotency_key":
                    raise ProductNameTaken from None
                case "uq_products_barcode" | "uq_products_sku":
                    raise ProductCodeTaken from None
                case _:
                    raise


def _clean(values: Mapping[str, object]) -> dict[str, object]:
    """Codes as they are compared; what is empty is none."""
    codes = {name: code for name in CODES if isinstance(code := values.get(name), str)}
    return {
        **values,
        **{name: parse_product_code(code) if code.strip() else None for name, code in codes.items()},
    }


def _checked_price(amount: Decimal) -> Decimal:
    """Raises `ProductPriceInvalid`."""
    if not amount.is_finite() or not 0 < to_cents(amount) <= LARGEST:
        raise ProductPriceInvalid
    return to_cents(amount)


def _require_marks(product: Product) -> None:
    if product.maximum is not None and product.maximum < product.minimum:
        raise MarksInvalid
