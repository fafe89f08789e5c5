"""Taxes of product sales and of surpluses, written again in fractions, before and after months are summed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import text, update

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.payments.models import Method
from gym.payments.surpluses import Surpluses
from gym.products.catalogue import CatalogueService
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import WantedPieces
from gym.products.sales.service import SaleService
from gym.products.schemas import ProductInput
from gym.products.stock import StockService
from gym.reports.ranges import DayRange
from gym.reports.rollup.service import MoneyRollupService
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from gym.settings.models import GymState
from tests.reports.random_gym import Rows
from tests.support.memberships import DeskClerk

RATE = Decimal(21)


def cents(exact: Fraction) -> Decimal:
    """Half a cent up, away from zero."""
    sign = -1 if exact < 0 else 1
    return sign * Decimal(int(abs(exact) * 100 + Fraction(1, 2))) / 100


def again(entries: Rows, lines: Rows, first: date, last: date) -> dict[date, tuple[int, Decimal, Decimal]]:
    """By day: rows, base and total. Of products each payment has what the base grows by with it."""
    total, base = defaultdict[UUID, Fraction](Fraction), defaultdict[UUID, Fraction](Fraction)
    for one in lines:
        amount = Fraction(one["unit_price"]) * one["pieces"]
        total[one["account_id"]] += amount
        base[one["account_id"]] += amount * 100 / (100 + Fraction(one["tax_percent"]))
    paid, bases = defaultdict[UUID, Fraction](Fraction), dict[UUID, Decimal]()
    for one in sorted(
        (one for one in entries if one["kind"] == "payment"), key=lambda one: one["receipt_number"]
    ):
        account, amount = one["account_id"], Fraction(one["amount"])
        if account in total:
            share = base[account] / total[account]
            before, paid[account] = paid[account], paid[account] + amount
            bases[one["id"]] = cents(paid[account] * share) - cents(before * share)
        else:
            bases[one["id"]] = cents(amount * 100 / (100 + Fraction(RATE)))
    found: dict[date, tuple[int, Decimal, Decimal]] = {}
    for one in entries:
        is_listed = one["kind"] in ("payment", "void") or (
            one["kind"] == "refund" and one["method"] != "credit"
        )
        if not is_listed or not first <= one["gym_day"] <= last:
            continue
        amount, of = Decimal(0), Decimal(0)
        if one["method"] != "credit":
            account, sign = one["account_id"], 1 if one["kind"] == "payment" else -1
            amount = sign * one["amount"]
            if one["kind"] == "refund":
                share = base[account] / total[account] if account in total else Fraction(100, 121)
                of = -cents(Fraction(one["amount"]) * share)
            else:
                of = sign * bases[one["voids_id"] or one["id"]]
        rows, bases_of_day, totals = found.get(one["gym_day"], (0, Decimal(0), Decimal(0)))
        found[one["gym_day"]] = (rows + 1, bases_of_day + of, totals + amount)
    return found


async def read(gym: Gym, days: DayRange) -> dict[date, tuple[int, Decimal, Decimal]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        table = (await ReportService(uow).report("taxes", days)).result.table("days")
    assert table is not None
    return {row.cells[0]: (row.cells[1], row.cells[2], row.cells[4]) for row in table.rows}  # type: ignore[misc]


async def rows(gym: Gym, query: str) -> Rows:
    async with gym.database.session() as session:
        return [dict(row) for row in (await session.execute(text(query))).mappings()]


class Bar:
    """On a clock: products of four rates, sold to a client, paid in parts, with too much, or taken back."""

    def __init__(self, gym: Gym, clock: FrozenClock, boss: DeskClerk) -> None:
        self.gym, self.clock, self.boss, self.random = gym, clock, boss, Random(31)

    async def open(self) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            settings = {"timezone": "Europe/Madrid", "currency": "EUR", "tax_percent": str(RATE)}
            await uow.session.execute(update(GymState).values(settings=settings))
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            self.products = [
                await CatalogueService(uow).create(
                    ProductInput(name=f"Product {rate}", price=Decimal(price), tax_percent=Decimal(rate))
                )
                for rate, price in (("0", "1.10"), ("4", "2.37"), ("10", "7.77"), ("33.33", "19.99"))
            ]
            await uow.session.flush()
            for one in self.products:
                await StockService(uow).purchase(one.id, 900, Decimal(1))
        self.client = await self.boss.client("Rosa")

    async def act(self) -> None:
        chance, self.clock.at = self.random, self.clock.at + timedelta(hours=self.random.randrange(5, 60))
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            wanted = [
                WantedPieces(one.id, chance.randint(1, 4))
                for one in chance.sample(self.products, chance.randint(1, 3))
            ]
            sold = await SaleService(uow).sell(wanted, [], self.client.id)
            first = (sold.balance / 3).quantize(Decimal("0.01"))
            await SaleService(uow).take_payment(sold.id, first, Method.CASH)
        self.clock.at += timedelta(days=chance.randrange(12))
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            turn = chance.random()
            if turn < 0.7:
                rest = (await SaleService(uow).receipt(sold.id)).balance
                await SaleService(uow).take_payment(sold.id, rest, Method.TRANSFER)
            if turn < 0.3:
                await Surpluses(uow).take(sold.account_id, Decimal("5.03"), Method.TRANSFER, None, uuid4())
            elif turn < 0.5:
                await SaleReturns(uow).refund(sold.id, Method.CASH, "warm")
            elif turn > 0.8:
                await SaleReturns(uow).void(sold.id, "warm")


async def test_taxes_of_sales_and_of_too_much_money_are_those_of_their_own_rates(
    gym: Gym, clock: FrozenClock, boss: DeskClerk
) -> None:
    bar = Bar(gym, clock, boss)
    await bar.open()
    first = clock.at.date()
    for _ in range(40):
        await bar.act()
    entries = await rows(gym, "SELECT * FROM ledger_entries")
    lines = await rows(gym, "SELECT s.account_id, l.* FROM sale_lines l JOIN sales s ON s.id = l.sale_id")
    assert {one["kind"] for one in entries if one["cause"] == "surplus"} >= {"payment", "refund"}
    last = clock.at.date()
    ranges = [DayRange(first, last), DayRange(first + timedelta(days=9), last - timedelta(days=20))]
    for _ in range(2):
        for days in ranges:
            assert await read(gym, days) == again(entries, lines, days.first, days.last)
        await gym.run(Actor.system(), lambda uow: MoneyRollupService(uow).roll_due())
    assert len(await rows(gym, "SELECT month FROM rolled_money_months")) >= 3
