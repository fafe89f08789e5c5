"""The demo gym's bar, carried out by the services or written as the rows that they would have written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from gym.demo.history.acts import Act
from gym.demo.history.bar import BAR, BarProduct, BarPurchase, BarReturn, BarSale, ShelfCount
from gym.demo.history.books import DemoWorld, demo_id
from gym.demo.history.catalogue import ANNOUNCED
from gym.products.catalogue import CatalogueService
from gym.products.models import StockMovementKind
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.products.schemas import ProductInput
from gym.products.stock import StockService
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

SALES = (
    *("id", "account_id", "sold_by", "seller_name", "at", "gym_day", "returned_at", "returned_by"),
    "return_reason",
)
LINES = ("id", "sale_id", "product_id", "pieces", "unit_price", "tax_percent", "unit_cost")
MOVEMENTS = (
    *("id", "product_id", "kind", "quantity", "unit_cost", "reason", "sale_line_id", "staff_id"),
    *("staff_name", "at", "gym_day"),
)
Row = tuple[object, ...]


async def stock_bar(uow: UnitOfWork, world: DemoWorld, owner: Actor) -> dict[str, UUID]:
    """The products by name, each with every price of its history; nothing lies on the shelf yet."""
    made: dict[str, UUID] = {}
    zone, first = world.zone, world.first
    for one in BAR:
        uow.write_history(owner, datetime(first.year, first.month, first.day, 4, tzinfo=zone))
        product = await CatalogueService(uow).create(
            ProductInput(
                name=one.name,
                price=Decimal(one.price_on(first, first)),
                category=one.category,
                sku=one.sku,
                tax_percent=Decimal(one.tax_percent),
                minimum=one.minimum,
                maximum=one.maximum,
            )
        )
        await uow.session.flush()
        made[one.name] = product.id
        for year in range(first.year, world.last.year + 1):
            day = max(date(year, *ANNOUNCED), first)
            announced = datetime(day.year, day.month, day.day, 10, tzinfo=zone)
            if announced <= world.now:
                uow.write_history(owner, announced)
                following = date(year + 1, 1, 1)
                price = Decimal(one.price_on(following, first))
                await CatalogueService(uow).set_price(product.id, price, following)
    return made


@dataclass(slots=True)
class DemoBar:
    """Knows under which ids the services have written what the history calls its own."""

    uow: UnitOfWork
    products: Mapping[str, UUID]
    sales: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])

    async def carry_out(self, act: BarPurchase | BarSale | BarReturn | ShelfCount) -> None:
        """One act, at the moment that the unit of work writes."""
        stock = StockService(self.uow)
        match act:
            case BarPurchase(product=one):
                await stock.purchase(self.products[one.name], act.pieces, Decimal(one.cost))
            case BarSale(lines=lines):
                wanted = [WantedPieces(self.products[one.product.name], one.pieces) for one in lines]
                paid = [PaidPart(act.method, Decimal(act.total))]
                self.sales[act.id] = (await SaleService(self.uow).sell(wanted, paid)).id
            case BarReturn(sale=sale, reason=reason):
                await SaleReturns(self.uow).void(self.sales[sale.id], reason)
            case ShelfCount(product=one):
                await stock.count(self.products[one.name], act.counted, act.reason)


@dataclass(frozen=True, slots=True)
class BarRows:
    """Rows of sales, their lines and stock movements; their money is among the ledger's entries."""

    staff: Mapping[int, UUID]
    products: Mapping[str, UUID]
    random: Random

    def accounts(self, acts: Sequence[Act]) -> Iterator[Row]:
        return ((one.account_id, None, "sale", one.at) for one in acts if isinstance(one, BarSale))

    def sales(self, acts: Sequence[Act]) -> Iterator[Row]:
        back = {one.sale.id: one for one in acts if isinstance(one, BarReturn)}
        for one in acts:
            if isinstance(one, BarSale):
                gone = back.get(one.id)
                yield (
                    *(one.id, one.account_id, self.staff[one.staff.number], one.staff.name, one.at),
                    one.at.date(),
                    *((gone.at, self.staff[gone.staff.number], gone.reason) if gone else (None, None, None)),
                )

    def lines(self, acts: Sequence[Act]) -> Iterator[Row]:
        for sale in (act for act in acts if isinstance(act, BarSale)):
            for one in sale.lines:
                product = one.product
                yield (
                    *(one.id, sale.id, self.products[product.name], one.pieces, Decimal(one.price)),
                    *(Decimal(product.tax_percent), Decimal(product.cost)),
                )

    def movements(self, acts: Sequence[Act]) -> Iterator[Row]:
        for act in acts:
            match act:
                case BarPurchase(product=one, pieces=pieces):
                    yield self._moved(act, one, StockMovementKind.PURCHASE, pieces)
                case BarSale(lines=lines):
                    for line in lines:
                        yield self._moved(
                            act, line.product, StockMovementKind.SALE, -line.pieces, line=line.id
                        )
                case BarReturn(sale=sale):
                    for line in sale.lines:
                        yield self._moved(
                            act, line.product, StockMovementKind.RETURN, line.pieces, line=line.id
                        )
                case ShelfCount(product=one, expected=expected, counted=counted) if counted != expected:
                    kind, gone = StockMovementKind.CORRECTION, counted - expected
                    yield self._moved(act, one, kind, gone, reason=act.reason)
                case _:
                    pass

    def _moved(
        self,
        act: Act,
        product: BarProduct,
        kind: StockMovementKind,
        quantity: int,
        *,
        reason: str | None = None,
        line: UUID | None = None,
    ) -> Row:
        return (
            *(demo_id(act.at, self.random), self.products[product.name], kind.value, quantity),
            *(Decimal(product.cost), reason, line, self.staff[act.staff.number], act.staff.name, act.at),
            act.at.date(),
        )
