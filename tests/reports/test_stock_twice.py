"""The report of stock, computed a second time from the raw rows, another way."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from sqlalchemy import select

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.payments.models import LedgerEntry, Method
from gym.products.models import Product, StockMovement
from gym.products.sales.models import ProductSale, SaleLine
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.reports.money.taxes import TAXES
from gym.reports.ranges import DayRange
from gym.reports.results import Asked, ReportResult
from gym.reports.stock.report import compute
from gym.security.permissions import Actor, Role
from tests.conftest import hire
from tests.support.shop import Shop

CENT = Decimal("0.01")


async def trade(gym: Gym, shop: Shop, clock: FrozenClock) -> None:
    """Seventy days of a bar: purchases at changing cost, sales by two people, voids, losses, counts."""
    random, sellers = Random(5), [shop.actor, await hire(gym, "Bruno", Role.EMPLOYEE)]
    prices = {"Water": Decimal(3000), "Bar": Decimal(5900), "Shake": Decimal(12000), "Belt": Decimal(80000)}
    products = [
        await shop.has(40, name, price, price / 3, tax_percent=Decimal(random.choice((0, 5, 19))))
        for name, price in prices.items()
    ]
    for _ in range(70):
        clock.advance(timedelta(days=1))
        for product in products[:3]:
            if random.random() < 0.6:
                await _sale(gym, random.choice(sellers), product, prices, random)
            if random.random() < 0.15:
                await shop.stock("purchase", product.id, 9, prices[product.name] / random.choice((3, 4, 7)))
            if random.random() < 0.1:
                await shop.stock("lose", product.id, 1, "broken")


async def _sale(gym: Gym, actor: Actor, product: Product, prices: dict[str, Decimal], random: Random) -> None:
    pieces = random.choice((1, 1, 2))
    paid = [PaidPart(Method.CASH, prices[product.name] * pieces)]
    async with gym.unit_of_work(actor) as uow:
        if (await uow.session.get_one(Product, product.id)).quantity < pieces:
            return
        sale = await SaleService(uow).sell([WantedPieces(product.id, pieces)], paid)
    if random.random() < 0.2:
        async with gym.unit_of_work(actor) as uow:
            await SaleReturns(uow).void(sale.id, "wrong bottle")


async def second(gym: Gym, days: DayRange) -> dict[str, Decimal]:
    """Piece by piece in Python, from the rows."""
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = (await uow.session.scalars(select(StockMovement))).all()
        lines = {one.id: one for one in await uow.session.scalars(select(SaleLine))}
    found: dict[str, Decimal] = defaultdict(Decimal)
    margins: dict[Any, Decimal] = defaultdict(Decimal)
    values: dict[Any, Decimal] = defaultdict(Decimal)
    losses: dict[Any, Decimal] = defaultdict(Decimal)
    for one in rows:
        if one.gym_day > days.last:
            continue
        values[one.product_id] += one.quantity * one.unit_cost
        if one.gym_day < days.first:
            continue
        if one.sale_line_id is None:
            losses[one.product_id] -= one.quantity * one.unit_cost if one.reason else Decimal(0)
            continue
        line = lines[one.sale_line_id]
        price = -one.quantity * line.unit_price
        net = (price / (1 + line.tax_percent / 100)).quantize(CENT, ROUND_HALF_UP)
        found["pieces"] -= one.quantity
        found["sold"] -= one.quantity * line.unit_price
        margins[one.product_id] += net + one.quantity * line.unit_cost
    for name, sums in (("margin", margins), ("value", values), ("lost", losses)):
        found[name] = sum((one.quantize(CENT, ROUND_HALF_UP) for one in sums.values()), Decimal(0))
    return found


async def taxes(gym: Gym, admin: Actor, days: DayRange) -> tuple[Decimal, Decimal]:
    """Base and tax of the accountant's sheet, whose days and rows agree."""
    async with gym.unit_of_work(admin) as uow:
        result = await TAXES.compute(uow, Asked(days))
    figures = {one.key: Decimal(one.value) for one in result.figures}
    for table in result.tables:
        assert {key: table.totals()[key] for key in ("base", "tax")} == {
            key: figures[key] for key in ("base", "tax")
        }
    return figures["base"], figures["tax"]


async def taxes_again(gym: Gym, days: DayRange) -> tuple[Decimal, Decimal]:
    """Row by row: each sale is of one product, at whose rate its payment and void are divided."""
    async with gym.unit_of_work(Actor.system()) as uow:
        sales = {one.id: one.account_id for one in await uow.session.scalars(select(ProductSale))}
        rates = {sales[one.sale_id]: one.tax_percent for one in await uow.session.scalars(select(SaleLine))}
        entries = (await uow.session.scalars(select(LedgerEntry))).all()
    base = total = Decimal(0)
    for one in entries:
        if one.method is not None and days.first <= one.gym_day <= days.last:
            amount = one.amount if one.voids_id is None else -one.amount
            total += amount
            base += (amount * 100 / (100 + rates[one.account_id])).quantize(CENT, ROUND_HALF_UP)
    return base, total - base


async def test_every_figure_of_stock_is_the_same_from_the_raw_rows(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    shop = Shop(gym, admin)
    await trade(gym, shop, clock)
    await shop.has(5, "Towel")
    today = date(2026, 8, 3) + timedelta(days=70)
    for days in (
        DayRange(date(2026, 8, 4), today),
        DayRange(today, today),
        DayRange(date(2026, 8, 28), date(2026, 9, 4)),
        DayRange(date(2020, 1, 1), date(2020, 2, 1)),
    ):
        async with gym.unit_of_work(admin) as uow:
            result: ReportResult = await compute(uow, Asked(days))
        twice = await second(gym, days)
        figures = {one.key: one.value for one in result.figures}
        for name in ("pieces", "sold", "margin", "value", "lost"):
            assert figures[name] == twice.get(name, 0), (name, days)
        products, sellers, dead = result.tables
        assert products.totals()["sold"] == sellers.totals()["sold"] == figures["sold"]
        assert products.totals()["pieces"] == figures["pieces"]
        assert await taxes(gym, admin, days) == await taxes_again(gym, days), days
        if days.last == today:
            # 40 belts, and none sold in 60 days; towels came today.
            assert [row.cells[0] for row in dead.rows] == ["Belt"]
            async with gym.unit_of_work(admin) as uow:
                stock = {one.name: one.quantity for one in await uow.session.scalars(select(Product))}
                sold = (await uow.session.scalars(select(ProductSale.returned_at))).all()
            assert {row.cells[0]: row.cells[1] for row in products.rows} == stock
            assert any(sold), "some came back"
