"""Baskets at the desk: what one member of staff puts together before it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.clients.service import ClientService
from gym.core.database.ids import new_id
from gym.payments.credit import ClientCredit
from gym.products.repository import ProductRepository
from gym.products.sales.errors import BasketGone, ProductNotOnSale
from gym.products.sales.models import SaleBasket
from gym.products.sales.repository import BasketRepository, SaleRepository
from gym.products.sales.schemas import BasketView, PaidPart, SaleReceipt, SoldLine, WantedPieces
from gym.products.sales.service import SaleService
from gym.products.schemas import MOST_PIECES
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

KEPT_FOR: Final = timedelta(days=1)
SCANNED_TOGETHER: Final = timedelta(minutes=10)
"""Since it was begun, for which a basket takes what is scanned: afterwards it is another customer's turn."""


class BasketService:
    """Everybody's own. A basket is forgotten after a day; one that is sold gives the same sale again."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._baskets = BasketRepository(uow.session)

    async def begin(
        self, product_id: UUID, client_id: UUID | None = None, key: UUID | None = None
    ) -> BasketView:
        """A basket with one piece of a product; the same key gives the same basket.

        Raises `ProductNotFound`, `ClientNotFound`, `OwnMembershipRefused`.
        """
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        assert self.uow.actor.staff_id is not None, "only staff may sell"
        await FourEyes(self.uow).require_another(client_id, Permission.SELL_PRODUCTS, acts=False)
        if key is not None and await self._baskets.get(key) is not None:
            return await self.view(key)
        if client_id is not None:
            await ClientService(self.uow).get(client_id)
        await self._baskets.forget(self.uow.now - KEPT_FOR)
        basket = SaleBasket(
            id=key or new_id(),
            staff_id=self.uow.actor.staff_id,
            client_id=client_id,
            made_at=self.uow.now,
        )
        await self._baskets.add(basket)
        return await self.put(basket.id, product_id, 1)

    async def add(self, product_id: UUID, key: UUID) -> BasketView:
        """One piece more into the own basket of the last minutes that is not sold, else into a new one.

        A photo with the same key, handled again after its answer was lost, adds nothing. Raises as `begin`
        and `put`.
        """
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        staff_id = self.uow.actor.staff_id
        assert staff_id is not None, "only staff may sell"
        if (known := await self._baskets.scanned(staff_id, key)) is not None:
            return await self.view(known)
        latest = await self._baskets.open_since(staff_id, self.uow.now - SCANNED_TOGETHER)
        if latest is None:
            view = await self.begin(product_id)
        else:
            has = {one.product_id: one.pieces for one in await self._baskets.lines(latest.id)}
            view = await self.put(latest.id, product_id, has.get(product_id, 0) + 1)
        await self._baskets.note_scan(view.id, key)
        return view

    async def put(self, basket_id: UUID, product_id: UUID, pieces: int) -> BasketView:
        """So many of a product in all; 0 takes it out.

        Raises `BasketGone`, of one that is sold as well (the next customer has a basket of their own),
        `ProductNotFound`, and `ProductNotOnSale` when there would be more of it.
        """
        if await self.sold(basket_id) is not None:
            raise BasketGone
        product = await ProductRepository(self.uow.session).require(product_id)
        if not product.active:
            has = {one.product_id: one.pieces for one in await self._baskets.lines(basket_id)}
            if pieces > has.get(product_id, 0):
                raise ProductNotOnSale(product.name)
        await self._baskets.put(basket_id, product_id, min(max(0, pieces), MOST_PIECES))
        return await self.view(basket_id)

    async def view(self, basket_id: UUID) -> BasketView:
        """With today's prices; what is no longer on sale stays until it is taken out. Raises `BasketGone`."""
        basket = await self._own(basket_id)
        lines = await self._lines(basket_id)
        if basket.client_id is None:
            return BasketView(basket.id, None, None, lines)
        client = await ClientService(self.uow).get(basket.client_id)
        credit = await ClientCredit(self.uow).balance(client.id)
        return BasketView(basket.id, client.id, client.full_name, lines, credit)

    async def sell(self, basket_id: UUID, paid: Sequence[PaidPart], seen: Decimal) -> SaleReceipt:
        """Raises what `SaleService.sell` raises."""
        basket = await self._own(basket_id)
        wanted = [WantedPieces(one.product_id, one.pieces) for one in await self._baskets.lines(basket_id)]
        return await SaleService(self.uow).sell(wanted, paid, basket.client_id, seen=seen, key=basket_id)

    async def sold(self, basket_id: UUID) -> UUID | None:
        """The sale that was made of a basket."""
        await self._own(basket_id)
        sale = await SaleRepository(self.uow.session).by_key(basket_id)
        return sale.id if sale else None

    async def _lines(self, basket_id: UUID) -> list[SoldLine]:
        rows = {one.product_id: one.pieces for one in await self._baskets.lines(basket_id)}
        if not rows:
            return []
        priced = await ProductRepository(self.uow.session).priced(
            self.uow.today, active_only=False, keys=rows
        )
        return [
            SoldLine(
                one.product.id, one.product.name, rows[one.product.id], one.price, one.product.tax_percent
            )
            for one in priced
        ]

    async def _own(self, basket_id: UUID) -> SaleBasket:
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        basket = await self._baskets.require(basket_id)
        if not self.uow.actor.is_staff(basket.staff_id):
            raise BasketGone
        return basket
