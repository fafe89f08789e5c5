"""Every figure of money a second time, from the raw rows in plain Python, to the cent: report, JSON and
workbook.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from gym.reports.output.as_json import report_as_json
from gym.reports.output.workbook import write_workbook
from gym.reports.ranges import DayRange
from gym.reports.results import ColumnKind, Report, RowsPlace, Table
from gym.reports.service import ReportService
from tests.reports.random_gym import RandomGym, Rows

ZERO = Decimal(0)
SIGNS = {"payment": 1, "void": -1, "refund": -1}


class Books:
    """The ledger as it stands in the tables, nothing summed by the database."""

    def __init__(self, entries: Rows, accounts: Rows, plans: Rows, counts: Rows) -> None:
        self.by_id = {one["id"]: one for one in entries}
        self.entries = entries
        self.kind_of = {one["id"]: one["kind"] for one in accounts}
        self.plan_of = {one["account_id"]: one["name"] for one in plans}
        self.counts = counts

    def moved(self, days: DayRange) -> Rows:
        """What moved a till in these days, with the payment that a void undoes put in its place."""
        found: Rows = []
        for one in self.entries:
            moves = one["kind"] in SIGNS and one["method"] != "credit"
            if moves and days.first <= one["gym_day"] <= days.last:
                of = self.by_id[one["voids_id"]] if one["voids_id"] else one
                plan = self.plan_of.get(one["account_id"])
                more = {"net": SIGNS[one["kind"]] * one["amount"], "till": of["name"], "plan": plan}
                found.append(one | more | {"destination": of["destination"]})
        return found

    def billed(self, days: DayRange) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.entries:
            if not days.first <= one["gym_day"] <= days.last or self.kind_of[one["account_id"]] == "credit":
                continue
            if one["kind"] == "charge":
                found["returned" if one["cause"] == "returned" else "charge"] += one["amount"]
            elif one["kind"] == "credit" and one["cause"] != "paid_before":
                found[one["cause"] or "goodwill"] -= one["amount"]
        return dict(found)


async def books_of(gym: RandomGym) -> Books:
    return Books(
        await gym.rows("SELECT e.*, s.name FROM ledger_entries e LEFT JOIN staff s ON s.id = e.staff_id"),
        await gym.rows("SELECT id, kind FROM accounts"),
        await gym.rows("SELECT s.account_id, p.name FROM subscriptions s, plans p WHERE p.id = s.plan_id"),
        await gym.rows(
            "SELECT c.*, s.name FROM cash_counts c, staff s WHERE s.id = c.staff_id ORDER BY c.at, c.id"
        ),
    )


async def report_of(gym: RandomGym, days: DayRange) -> Report:
    async with gym.gym.unit_of_work(gym.admin) as uow:
        return await ReportService(uow).report("money", days)


def four(rows: Iterable[dict[str, Any]]) -> tuple[int, Decimal, Decimal, Decimal, Decimal]:
    """Payments, received, voided, refunded, net."""
    kinds: dict[str, Decimal] = defaultdict(Decimal)
    payments = 0
    for one in rows:
        kinds[one["kind"]] += one["amount"]
        payments += one["kind"] == "payment"
    received, voided, refunded = kinds["payment"], kinds["void"], kinds["refund"]
    return payments, received, voided, refunded, received - voided - refunded


def grouped(rows: Rows, by: Callable[[dict[str, Any]], object]) -> dict[object, tuple[object, ...]]:
    groups: dict[object, Rows] = defaultdict(list)
    for one in rows:
        groups[by(one)].append(one)
    return {key: four(found) for key, found in groups.items()}


def shown(table: Table | None) -> dict[object, tuple[object, ...]]:
    assert table is not None
    names = [getattr(row.cells[0], "code", row.cells[0]) for row in table.rows]
    assert len(names) == len(set(names))
    return {name: row.cells[1:] for name, row in zip(names, table.rows, strict=True)}


async def test_every_sum_of_money_is_that_of_the_raw_ledger(random_gym: RandomGym) -> None:
    assert sum(name.startswith("_") for name in random_gym.done) >= 10, random_gym.done
    assert await check_sums(random_gym, random_gym.ranges()) > 5


async def check_sums(gym: RandomGym, ranges: Iterable[DayRange]) -> int:
    """Every figure and table but the tills; in how many of the ranges money moved."""
    books, filled = await books_of(gym), 0
    for days in ranges:
        result, moved = (await report_of(gym, days)).result, books.moved(days)
        filled += bool(moved)
        figures = {one.key: one.value for one in result.figures}
        _, received, voided, refunded, net = four(moved)
        wanted = {"net": net, "received": received, "voided": voided, "refunded": refunded}
        assert figures == wanted | {"billed": sum(books.billed(days).values(), ZERO)}
        assert shown(result.table("day")) == grouped(moved, lambda one: one["gym_day"])
        assert shown(result.table("method")) == grouped(moved, lambda one: one["method"])
        assert shown(result.table("staff")) == grouped(moved, lambda one: one["till"])
        assert shown(result.table("plan")) == grouped(moved, lambda one: one["plan"])
        transfers = [one for one in moved if one["method"] == "transfer"]
        if any(one["destination"] for one in transfers):
            accounts = grouped(transfers, lambda one: one["destination"] or "no_account")
            assert shown(result.table("acct")) == accounts
        billed = {name: cells[1] for name, cells in shown(result.table("billed")).items()}
        assert billed == books.billed(days)
    return filled


async def test_opening_and_movements_are_the_closing_of_every_till(random_gym: RandomGym) -> None:
    await check_tills(random_gym, random_gym.ranges())


async def check_tills(gym: RandomGym, ranges: Iterable[DayRange]) -> None:
    """Opening, movements, closing and counts of every till."""
    books = await books_of(gym)
    for days in ranges:
        wanted: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [ZERO, ZERO, ZERO, 0, ZERO])
        for one in books.moved(DayRange(date(2020, 1, 1), days.last)):
            line = wanted[one["till"], one["method"]]
            if one["gym_day"] < days.first:
                line[0] += one["net"]
            else:
                line[1 if one["kind"] == "payment" else 2] += one["amount"]
        latest = {
            (one["gym_day"], one["name"], one["method"]): one["difference"]
            for one in books.counts
            if days.first <= one["gym_day"] <= days.last
        }
        for (_, name, method), difference in latest.items():
            wanted[name, method][3] += 1
            wanted[name, method][4] += difference
        table = (await report_of(gym, days)).result.table("tills")
        assert table is not None
        found = {
            (row.cells[0], row.cells[1].code): [
                row.cells[2],
                row.cells[3],
                row.cells[4],
                row.cells[6],
                row.cells[7],
            ]
            for row in table.rows
        }
        assert found == dict(wanted)
        assert all(row.cells[2] + row.cells[3] - row.cells[4] == row.cells[5] for row in table.rows)


async def test_json_says_what_the_report_says(random_gym: RandomGym) -> None:
    for days in random_gym.ranges()[:3]:
        report = await report_of(random_gym, days)
        said = json.loads(json.dumps(report_as_json(report, "EUR")))
        assert (said["from"], said["to"]) == (days.first.isoformat(), days.last.isoformat())
        for figure in report.result.figures:
            assert Decimal(said["figures"][figure.key]["value"]) == figure.value
            assert Decimal(said["figures"][figure.key]["before"]) == figure.before
        for table in report.result.tables:
            told = said["tables"][table.key]
            assert len(told["rows"]) == len(table.rows)
            for column in (one for one in table.columns if one.kind is ColumnKind.MONEY):
                place = table.columns.index(column)
                amounts = [row.cells[place] for row in table.rows]
                assert [Decimal(row[column.key]) for row in told["rows"]] == amounts
                assert Decimal(told["totals"][column.key]) == sum(amounts, ZERO)


async def test_the_workbook_says_what_the_report_says_with_the_values_of_its_formulas(
    random_gym: RandomGym,
) -> None:
    async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
        t, today = uow.settings.translator("es"), uow.today
    for days in random_gym.ranges()[:3]:
        report = await report_of(random_gym, days)
        file = io.BytesIO()
        write_workbook(file, report, t, today)
        values, formulas = load_workbook(file, data_only=True), load_workbook(file)
        assert len(values.sheetnames) == 1 + len(report.result.tables)
        summary = values.worksheets[0]
        found = {row[0].value: row[1].value for row in summary.iter_rows(min_row=5)}
        assert found == {t(one.title): float(one.value) for one in report.result.figures}
        for sheet, other, table in zip(
            values.worksheets[1:], formulas.worksheets[1:], report.result.tables, strict=True
        ):
            rows = list(sheet.iter_rows(min_row=2, max_row=1 + len(table.rows), values_only=True))
            for row, cells in zip(table.rows, rows, strict=True):
                assert [*map(plain, row.cells)] == [*map(opened, cells[: len(row.cells)])]
            if not table.rows:
                continue
            last = 2 + len(table.rows)
            for place, column in enumerate(table.columns, start=1):
                if column.summed:
                    letter = sheet.cell(1, place).column_letter
                    assert other.cell(last, place).value == f"=SUM({letter}2:{letter}{last - 1})"
                    assert Decimal(str(sheet.cell(last, place).value)) == table.total(place - 1)


def plain(value: object) -> object:
    """A value of the report as an opened cell is compared with it; words are compared elsewhere."""
    return value if isinstance(value, date | Decimal | int) else None


def opened(value: object) -> object:
    match value:
        case datetime():
            return value.date()
        case int() | float():
            return Decimal(str(value))
        case _:
            return None


async def test_the_rows_behind_add_up_to_their_figure(random_gym: RandomGym) -> None:
    """Behind every figure and every row of every table; the pages hold each entry once."""
    for days in random_gym.ranges()[:3]:
        report = await report_of(random_gym, days)
        places = [(RowsPlace("", one.behind), one.value) for one in report.result.figures]
        sign = {"voided": -1, "refunded": -1}
        for place, value in places:
            assert await behind(random_gym, days, place) == sign.get(place.row, 1) * value
        for table in report.result.tables:
            if table.key != "tills":
                for row in table.rows:
                    found = await behind(random_gym, days, RowsPlace(table.key, row.key))
                    assert found == row.cells[table.main_place]


async def behind(gym: RandomGym, days: DayRange, place: RowsPlace) -> Decimal:
    amounts: list[Decimal] = []
    number = 0
    while True:
        async with gym.gym.unit_of_work(gym.admin) as uow:
            found = await ReportService(uow).behind("money", days, place, number)
        amounts += [row.cells[found.table.main_place] for row in found.table.rows]
        number += 1
        if number >= found.pages:
            assert found.total == len(amounts)
            assert found.amount is None or found.amount == sum(amounts, ZERO)
            return sum(amounts, ZERO)
