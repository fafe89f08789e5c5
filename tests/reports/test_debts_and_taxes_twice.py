"""Debts and taxes a second time, from the raw rows in plain Python: balances summed forwards, taxes row
by row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from gym.payments.tax import taxed
from gym.reports.money.debts import figures
from gym.reports.ranges import DayRange
from gym.reports.results import Asked, ReportResult, RowsPlace
from gym.reports.service import ReportService
from tests.reports.random_gym import SETTINGS, RandomGym, Rows
from tests.support.front_desk import statements

ZERO = Decimal(0)
RAISES = {"charge", "opening", "refund", "void"}


async def result_of(gym: RandomGym, name: str, days: DayRange) -> ReportResult:
    async with gym.gym.unit_of_work(gym.admin) as uow:
        return (await ReportService(uow).report(name, days)).result


async def plans_of(gym: RandomGym) -> Rows:
    return await gym.rows(
        "SELECT s.*, c.first_name || ' ' || c.last_name AS client, p.name AS plan, a.snoozed_until"
        " FROM subscriptions s, clients c, plans p, accounts a"
        " WHERE c.id = s.client_id AND p.id = s.plan_id AND a.id = s.account_id"
    )


def balances(entries: Rows, day: date) -> dict[object, Decimal]:
    found: dict[object, Decimal] = defaultdict(Decimal)
    for one in entries:
        if one["gym_day"] <= day:
            found[one["account_id"]] += one["amount"] if one["kind"] in RAISES else -one["amount"]
    return found


def band(days: int) -> str:
    return "0-7" if days < 8 else "8-30" if days < 31 else "31-90" if days < 91 else "older"


async def test_every_debt_is_the_balance_of_its_day(random_gym: RandomGym) -> None:
    entries = await random_gym.rows("SELECT * FROM ledger_entries")
    plans = await plans_of(random_gym)
    bands: set[str] = set()
    for days in random_gym.ranges():
        owed = balances(entries, days.last)
        wanted = [
            (
                one["client"],
                one["plan"],
                one["starts_on"],
                (days.last - one["starts_on"]).days,
                one["snoozed_until"],
                owed[one["account_id"]],
            )
            for one in plans
            if owed[one["account_id"]] > 0 and one["starts_on"] <= days.last and not one["held"]
        ]
        result = await result_of(random_gym, "debts", days)
        debts, ages, promises = (result.table(key) for key in ("debts", "ages", "prom"))
        assert debts is not None
        assert ages is not None
        assert promises is not None
        assert sorted((row.cells for row in debts.rows), key=str) == sorted(wanted, key=str)
        sums: dict[str, list[Decimal]] = defaultdict(list)
        for row in wanted:
            sums[band(row[3])].append(row[-1])
        bands |= set(sums)
        found = {row.cells[0].code: row.cells[1:] for row in ages.rows}
        assert found == {name: (len(sums[name]), sum(sums[name], ZERO)) for name in found}
        assert len(found) == 4
        figures = {one.key: one.value for one in result.figures}
        assert figures["owed"] == sum((row[-1] for row in wanted), ZERO)
        assert figures["debts"] == len(wanted)
        assert figures["promised"] == sum((row[-1] for row in wanted if row[4] and row[4] > days.last), ZERO)
        assert figures["broken"] == sum((row[-1] for row in wanted if row[4] and row[4] <= days.last), ZERO)
        assert len(promises.rows) == sum(row[4] is not None for row in wanted)
    assert len(bands) > 2


async def test_what_was_collected_is_what_came_for_plans_that_had_begun(random_gym: RandomGym) -> None:
    assert await check_collected(random_gym, random_gym.ranges())


async def check_collected(gym: RandomGym, ranges: Sequence[DayRange]) -> Decimal:
    """What was collected in all of the ranges."""
    entries = await gym.rows("SELECT * FROM ledger_entries")
    by_id = {one["id"]: one for one in entries}
    begun = {one["account_id"]: one["starts_on"] for one in await plans_of(gym)}
    collected = ZERO
    for days in ranges:
        wanted: dict[date, Decimal] = {}
        for one in entries:
            payment = by_id[one["voids_id"]] if one["kind"] == "void" else one
            late = payment["gym_day"] > begun.get(payment["account_id"], date.max)
            if one["kind"] not in ("payment", "void") or one["method"] == "credit" or not late:
                continue
            if days.first <= one["gym_day"] <= days.last:
                sign = 1 if one["kind"] == "payment" else -1
                wanted[one["gym_day"]] = wanted.get(one["gym_day"], ZERO) + sign * one["amount"]
        result = await result_of(gym, "debts", days)
        table = result.table("coll")
        assert table is not None
        assert {row.cells[0]: row.cells[2] for row in table.rows} == wanted
        assert {one.key: one.value for one in result.figures}["collected"] == sum(wanted.values(), ZERO)
        collected += sum(wanted.values(), ZERO)
    return collected


async def test_an_earlier_range_is_compared_by_sums_alone(random_gym: RandomGym) -> None:
    for days in random_gym.ranges():
        result = await result_of(random_gym, "debts", days)
        async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
            with statements(random_gym.gym) as seen:
                alone = await figures(uow, Asked(days))
        assert [(one.key, one.value) for one in alone] == [(one.key, one.value) for one in result.figures]
        assert (len(seen), sum("client_name" in one for one in seen)) == (2, 0), "no row of any client"


async def test_the_debts_behind_a_figure_add_up_to_it(random_gym: RandomGym) -> None:
    days = random_gym.ranges()[0]
    result = await result_of(random_gym, "debts", days)
    figures = {one.behind: one.value for one in result.figures if one.behind}
    ages = result.table("ages")
    assert ages is not None
    async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
        for place, value in figures.items():
            assert (await ReportService(uow).behind("debts", days, RowsPlace("", place))).amount == value
        for row in ages.rows:
            if row.key:
                behind = await ReportService(uow).behind("debts", days, RowsPlace("ages", row.key))
                assert (behind.total, behind.amount) == row.cells[1:]


async def test_taxes_are_the_receipts_of_the_ledger_and_come_to_what_was_received(
    random_gym: RandomGym,
) -> None:
    await check_taxes(random_gym, random_gym.ranges(), Decimal(SETTINGS["tax_percent"]))


async def check_taxes(gym: RandomGym, ranges: Sequence[DayRange], rate: Decimal) -> None:
    entries = await gym.rows("SELECT * FROM ledger_entries")
    number = {one["id"]: one["receipt_number"] for one in entries}
    for days in ranges:
        wanted: list[tuple[Any, ...]] = []
        for one in entries:
            listed = one["kind"] in ("payment", "void") or (
                one["kind"] == "refund" and one["method"] != "credit"
            )
            if listed and days.first <= one["gym_day"] <= days.last:
                total = one["amount"] if one["kind"] == "payment" else -one["amount"]
                total = ZERO if one["method"] == "credit" else total
                base = (total / (1 + rate / 100)).quantize(Decimal("0.01"), ROUND_HALF_UP)
                receipt = one["receipt_number"] or number.get(one["voids_id"])
                wanted.append(
                    (one["gym_day"], receipt, one["kind"], base, total - base, total, one["method"])
                )
        result = await result_of(gym, "taxes", days)
        sheet, by_day = result.table("taxes"), result.table("days")
        assert sheet is not None
        assert by_day is not None
        found = [
            (row.cells[0], row.cells[1], row.cells[2].code, *row.cells[6:9], row.cells[9].code)
            for row in sheet.rows
        ]
        assert sorted(found, key=str) == sorted(wanted, key=str)
        assert [row[0] for row in found] == sorted(row[0] for row in found)
        money = {one.key: one.value for one in (await result_of(gym, "money", days)).figures}
        figures = {one.key: one.value for one in result.figures}
        assert figures["total"] == money["net"] == figures["base"] + figures["tax"]
        assert sheet.totals() == {key: figures[key] for key in ("base", "tax", "total")}
        assert by_day.totals() == {"rows": len(wanted)} | {
            key: figures[key] for key in ("base", "tax", "total")
        }
        sums: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
        for row in wanted:
            sums[row[0]].append(row)
        assert [row.cells for row in by_day.rows] == [
            (day, len(own), *(sum((row[place] for row in own), ZERO) for place in (3, 4, 5)))
            for day, own in sorted(sums.items())
        ]


async def test_the_numbers_of_receipts_have_no_gap(random_gym: RandomGym) -> None:
    result = await result_of(random_gym, "taxes", DayRange(date(2025, 1, 1), date(2027, 1, 1)))
    sheet = result.table("taxes")
    assert sheet is not None
    paid = [row.cells[1] for row in sheet.rows if row.cells[2].code == "payment"]
    assert sorted(paid) == list(range(1, len(paid) + 1))


@pytest.mark.parametrize(
    ("total", "percent", "tax"),
    [
        ("119.00", "19", "19.00"),
        ("100.00", "0", "0.00"),
        ("0.01", "19", "0.00"),
        ("39.90", "21", "6.92"),
        ("-39.90", "21", "-6.92"),
        ("100000", "19", "15966.39"),
        ("0", "19", "0"),
    ],
)
def test_the_tax_in_a_price_is_rounded_half_up(total: str, percent: str, tax: str) -> None:
    found = taxed(Decimal(total), Decimal(percent))
    assert found.tax == Decimal(tax)
    assert found.base + found.tax == found.total == Decimal(total)
