"""A sale's paper and the report of taxes say the same tax, however the sale was paid."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Final
from uuid import UUID

from gym.app import Gym
from gym.core.database.ids import new_id
from gym.payments.models import Account, AccountKind, EntryKind, LedgerEntry, Method
from gym.payments.tax import taxed_lines
from gym.products.models import Product
from gym.products.sales.models import ProductSale, SaleLine
from gym.products.sales.returns import SaleReturns
from gym.products.sales.service import SaleService
from gym.reports.ranges import DayRange
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk

TODAY: Final = date(2026, 8, 3)
BASKETS: Final = 1000
RATES: Final = (Decimal(0), Decimal(5), Decimal("7.25"), Decimal(19), Decimal(21), Decimal("33.33"))


def exact(lines: list[tuple[Decimal, Decimal]]) -> Decimal:
    """The base in fractions, half a cent up, and what is left of the total."""
    base = sum((Fraction(total) * 100 / (100 + Fraction(rate)) for total, rate in lines), Fraction(0))
    cents = int(base * 100 + Fraction(1, 2))
    return sum((total for total, _ in lines), Decimal(0)) - Decimal(cents) / 100


@dataclass(frozen=True)
class Basket:
    """A sale with its lines, its charge and the payments that make it up."""

    account: Account
    sale: ProductSale
    lines: list[SaleLine]
    entries: list[LedgerEntry]

    @property
    def tax(self) -> Decimal:
        return exact([(one.pieces * one.unit_price, one.tax_percent) for one in self.lines])


def basket(chance: Random, products: list[Product], now: datetime, number: int) -> Basket:
    """One to four products, paid at once or in two or three parts of any size."""
    account = Account(id=new_id(), kind=AccountKind.SALE, balance=Decimal(0), created_at=now)
    sale = ProductSale(id=new_id(), account_id=account.id, seller_name="Ana", at=now, gym_day=TODAY)
    lines = [
        SaleLine(
            id=new_id(),
            sale_id=sale.id,
            product_id=product.id,
            pieces=chance.randint(1, 9),
            unit_price=Decimal(chance.randint(100, 999_999)) / chance.choice((1, 100)),
            tax_percent=product.tax_percent,
            unit_cost=Decimal(0),
        )
        for product in chance.sample(products, chance.randint(1, 4))
    ]
    total = sum((one.pieces * one.unit_price for one in lines), Decimal(0))
    cuts = sorted(chance.sample(range(1, int(total * 100)), chance.randint(0, 2)))
    ends = [Decimal(0), *(Decimal(cut) / 100 for cut in cuts), total]

    def entry(kind: EntryKind, amount: Decimal, receipt: int | None = None) -> LedgerEntry:
        return LedgerEntry(
            account_id=account.id,
            kind=kind,
            amount=amount,
            method=Method.CASH if receipt else None,
            receipt_number=receipt,
            staff_name="Ana",
            at=now,
            gym_day=TODAY,
        )

    parts = [above - below for below, above in pairwise(ends)]
    paid = [entry(EntryKind.PAYMENT, part, number + place) for place, part in enumerate(parts)]
    return Basket(account, sale, lines, [entry(EntryKind.CHARGE, total), *paid])


async def filled(gym: Gym) -> list[Basket]:
    """A thousand baskets of products with six rates, written by hand: the services would take minutes."""
    chance, found = Random(7), list[Basket]()
    async with gym.unit_of_work(Actor.system()) as uow:
        products = [
            Product(id=new_id(), name=f"P{place}", tax_percent=rate, created_at=uow.now)
            for place, rate in enumerate(RATES)
        ]
        number = 1
        for _ in range(BASKETS):
            found.append(basket(chance, products, uow.now, number))
            number += len(found[-1].entries) - 1
        uow.session.add_all(products)
        for rows in (
            [one.account for one in found],
            [one.sale for one in found],
            [line for one in found for line in one.lines],
            [entry for one in found for entry in one.entries],
        ):
            await uow.session.flush()
            uow.session.add_all(rows)
    return found


async def test_a_thousand_baskets_have_one_tax_on_paper_and_in_the_report(gym: Gym, boss: DeskClerk) -> None:
    found = await filled(gym)
    for one in found:
        taxed = taxed_lines([(line.pieces * line.unit_price, line.tax_percent) for line in one.lines])
        assert taxed.tax == one.tax
    async with gym.unit_of_work(boss.actor) as uow:
        report = (await ReportService(uow).report("taxes", DayRange(TODAY, TODAY))).result
        sheet = report.table("taxes")
        assert sheet is not None
        assert sheet.long is not None, "of so many receipts a page is shown, and files read them all"
        rows = [row async for part in sheet.long.stream(uow.session) for row in part]
        papers = [(await SaleService(uow).receipt(one.sale.id)).tax for one in found[:20]]
    assert papers == [one.tax for one in found[:20]]
    by_day = report.table("days")
    assert by_day is not None
    account_of = {entry.receipt_number: one.account.id for one in found for entry in one.entries}
    listed = defaultdict[UUID, Decimal](Decimal)
    for row in rows:
        assert row.cells[6] + row.cells[7] == row.cells[8]
        listed[account_of[row.cells[1]]] += row.cells[7]
    assert listed == {one.account.id: one.tax for one in found}
    assert by_day.totals()["tax"] == sum(listed.values())


async def test_what_is_taken_back_leaves_no_cent_of_tax(gym: Gym, boss: DeskClerk) -> None:
    found = await filled(gym)
    in_parts = [one for one in found if len(one.entries) > 2][:8]
    async with gym.unit_of_work(boss.actor) as uow:
        for place, one in enumerate(in_parts):
            back = SaleReturns(uow)
            if place % 2:
                await back.void(one.sale.id, "warm")
            else:
                await back.refund(one.sale.id, Method.CASH, "warm")
        report = (await ReportService(uow).report("taxes", DayRange(TODAY, TODAY))).result
    tax = {figure.key: figure.value for figure in report.figures}["tax"]
    assert tax == sum(one.tax for one in found) - sum(one.tax for one in in_parts)
