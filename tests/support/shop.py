"""Products and stock for tests: one thing per transaction, as a chat does."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gym.app import Gym
from gym.products.catalogue import CatalogueService
from gym.products.models import Product
from gym.products.schemas import PricedProduct, ProductInput
from gym.products.stock import StockService
from gym.security.permissions import Actor

WATER = Decimal(3000)


@dataclass(frozen=True)
class Shop:
    """Somebody who keeps the bar."""

    gym: Gym
    actor: Actor

    async def has(
        self,
        pieces: int,
        name: str = "Water",
        price: Decimal = WATER,
        cost: Decimal = Decimal(1000),
        **more: Any,
    ) -> Product:
        """A new product, of which so many have been received."""
        product = await self.catalogue("create", ProductInput(name=name, price=price, **more))
        return await self.stock("purchase", product.id, pieces, cost) if pieces else product

    async def catalogue(self, operation: str, *arguments: Any, **named: Any) -> Any:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await getattr(CatalogueService(uow), operation)(*arguments, **named)

    async def stock(self, operation: str, *arguments: Any, **named: Any) -> Any:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await getattr(StockService(uow), operation)(*arguments, **named)

    async def see(self, product: Product) -> PricedProduct:
        """The product as the database has it now."""
        return await self.catalogue("get", product.id)

    async def left(self, product: Product) -> int:
        return (await self.see(product)).product.quantity
