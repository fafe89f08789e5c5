"""Stock of products: purchases, losses, counts, and the writer of every movement."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from gym.core.database.repository import Page
from gym.core.money import LARGEST
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.products import StockLowPayload
from gym.payments.errors import parse_reason
from gym.plans.errors import PriceInvalid
from gym.products.errors import NotEnoughStock, PiecesInvalid, StockKeyReused, StockMoved
from gym.products.models import Product, StockMovement, StockMovementKind
from gym.products.repository import ProductRepository, StockRepository
from gym.products.schemas import MOST_PIECES, ToBuy
from gym.security.permissions import Permission
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork


class StockWriter:
    """Writes movements of products that the caller has locked, and tells admins what runs out.

    Rules and permissions are the caller's.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def write(
        self,
        product: Product,
        kind: StockMovementKind,
        quantity: int,
        *,
        unit_cost: Decimal | None = None,
        reason: str | None = None,
        sale_line_id: UUID | None = None,
        key: UUID | None = None,
    ) -> StockMovement:
        """`unit_cost` is the product's average unless given. Raises `NotEnoughStock`."""
        before = product.quantity
        if before + quantity < 0:
            raise NotEnoughStock(product.name, before)
        movement = StockMovement(
            product_id=product.id,
            kind=kind,
            quantity=quantity,
            unit_cost=product.average_cost if unit_cost is None else unit_cost,
            reason=reason,
            sale_line_id=sale_line_id,
            staff_id=self.uow.actor.staff_id,
            staff_name=self.uow.actor.name,
            at=self.uow.now,
            gym_day=self.uow.today,
            idempotency_key=key,
        )
        await StockRepository(self.uow.session).add(movement)
        await self.uow.session.refresh(product, ["quantity", "average_cost"])
        await self._tell_crossing(product, before)
        return movement

    async def _tell_crossing(self, product: Product, before: int) -> None:
        """Once when the low mark is reached, once when the last piece is gone."""
        now = product.quantity
        out, low = now == 0 < before, now <= product.minimum < before
        if not product.active or not (out or low):
            return
        payload = StockLowPayload(
            product_id=product.id, product_name=product.name, left=now, minimum=product.minimum
        )
        for admin in await StaffRepository(self.uow.session).active_admins():
            self.uow.notify(Recipient.staff(admin), payload)


class StockService:
    """Everything about stock but selling is an admin's."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._products = ProductRepository(uow.session)
        self._movements = StockRepository(uow.session)
        self._writer = StockWriter(uow)

    async def purchase(
        self, product_id: UUID, pieces: int, unit_cost: Decimal, key: UUID | None = None
    ) -> Product:
        """Pieces that were bought, at what one of them cost. Raises `PiecesInvalid`, `PriceInvalid`."""
        product = await self._lock(product_id)
        if await self._done(product, StockMovementKind.PURCHASE, key):
            return product
        if not unit_cost.is_finite() or not 0 <= unit_cost <= LARGEST:
            raise PriceInvalid
        await self._writer.write(
            product, StockMovementKind.PURCHASE, _pieces(pieces), unit_cost=unit_cost, key=key
        )
        after = {"pieces": pieces, "unit_cost": unit_cost, "quantity": product.quantity}
        self.uow.audit("stock.purchased", product, None, after)
        return product

    async def lose(self, product_id: UUID, pieces: int, reason: str, key: UUID | None = None) -> Product:
        """Pieces that broke, went off or were given away. Raises `NotEnoughStock`, `ReasonNeeded`."""
        product = await self._lock(product_id)
        if await self._done(product, StockMovementKind.LOSS, key):
            return product
        reason = parse_reason(reason)
        await self._writer.write(product, StockMovementKind.LOSS, -_pieces(pieces), reason=reason, key=key)
        self.uow.audit(
            "stock.lost", product, None, {"pieces": pieces, "reason": reason, "quantity": product.quantity}
        )
        return product

    async def count(
        self,
        product_id: UUID,
        counted: int,
        reason: str | None = None,
        *,
        seen: int | None = None,
        key: UUID | None = None,
    ) -> Product:
        """What lies on the shelf; a difference is booked with its reason, none leaves only its audit row.

        `seen` is the quantity when the count began. Raises `PiecesInvalid`, `StockMoved`, and `ReasonNeeded`
        for a difference.
        """
        product = await self._lock(product_id)
        if await self._done(product, StockMovementKind.CORRECTION, key):
            return product
        if not 0 <= counted <= MOST_PIECES:
            raise PiecesInvalid
        if seen is not None and seen != product.quantity:
            raise StockMoved(product.name)
        expected, difference = product.quantity, counted - product.quantity
        facts: dict[str, object] = {"expected": expected, "counted": counted}
        if difference:
            facts["reason"] = parse_reason(reason or "")
            await self._writer.write(
                product, StockMovementKind.CORRECTION, difference, reason=parse_reason(reason or ""), key=key
            )
        self.uow.audit("stock.counted", product, None, facts)
        return product

    async def movements(self, product_id: UUID, page: int = 0) -> Page[StockMovement]:
        """The latest first."""
        self.uow.actor.require(Permission.MANAGE_PRODUCTS)
        await self._products.require(product_id)
        return await self._movements.of_product(product_id, page)

    async def last_cost(self, product_id: UUID) -> Decimal | None:
        """What one piece cost the last time; None when none was bought."""
        self.uow.actor.require(Permission.MANAGE_PRODUCTS)
        return await self._movements.last_cost(product_id)

    async def shopping_list(self) -> Sequence[ToBuy]:
        """What is at its low mark or below, and how many pieces fill it up."""
        self.uow.actor.require(Permission.MANAGE_PRODUCTS)
        return [ToBuy(one, _missing(one)) for one in await self._products.low()]

    async def _lock(self, product_id: UUID) -> Product:
        self.uow.actor.require(Permission.MANAGE_PRODUCTS)
        return (await self._products.lock_all([product_id]))[product_id]

    async def _done(self, product: Product, kind: StockMovementKind, key: UUID | None) -> bool:
        """Whether the key has moved this already. Raises `StockKeyReused` when that was something else."""
        done = await self._movements.by_key(key) if key else None
        if done is not None and (done.product_id, done.kind) != (product.id, kind):
            raise StockKeyReused
        return done is not None


def _pieces(pieces: int) -> int:
    if not 0 < pieces <= MOST_PIECES:
        raise PiecesInvalid
    return pieces


def _missing(product: Product) -> int:
    wanted = product.maximum if product.maximum is not None else 2 * product.minimum
    return max(1, wanted - product.quantity)
