"""Reports of memberships and of the door: every figure from raw rows, with as many rows behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import pytest
from sqlalchemy import select, text, update

from gym.app import Gym
from gym.clients.models import Client
from gym.privacy.erasure import ErasureService
from gym.privacy.models import Erasure
from gym.reports.ranges import DayRange
from gym.reports.registry import REPORTS
from gym.reports.results import ColumnKind, Report, RowsPlace, Table
from gym.reports.rollup.service import MembershipRollupService, MoneyRollupService, VisitRollupService
from gym.reports.service import ReportService
from gym.security.permissions import Actor, NotAllowed
from gym.unit_of_work import UnitOfWork
from tests.reports.figures.random_gym import open_random_gym
from tests.reports.figures.raw_rows import RawGym, read_gym
from tests.reports.figures.test_door_figures import visits_again
from tests.reports.figures.test_membership_figures import (
    acts_again,
    monthly_again,
    movements_again,
    renewals_again,
)

NAMES: Final = ("coming", "renewals", "plans", "mrr", "cohorts", "visits")
DAYS: Final = (
    DayRange(date(2026, 8, 3), date(2026, 8, 3)),
    DayRange(date(2026, 6, 1), date(2026, 7, 31)),
    DayRange(date(2025, 12, 20), date(2026, 4, 12)),
)

# Figures whose second count stands elsewhere: below, in test_membership_figures.py, in test_door_figures.py.
ONCE: Final[dict[str, set[str]]] = {
    "mrr": {"arpu", "active"},
    "cohorts": {"clients", "after1", "after3", "after6", "after12"},
    "visits": {"let_in", "no_shows", "refused"},
}


def figures_again(raw: RawGym, days: DayRange) -> dict[str, dict[str, Decimal | int]]:
    """What each report says, from rows alone."""
    first, last = days.first, days.last
    moved = [kind for kind, *_ in movements_again(raw, first, last).elements()]
    ended = [outcome for outcome, _ in renewals_again(raw, first, last).elements()]
    acts = list(acts_again(raw, first, last).elements())
    kinds = [kind for kind, *_ in acts]
    door = visits_again(raw, first, last)
    renewed = sum(ended.count(one) for one in ("before", "prompt", "late"))
    decided = renewed + ended.count("not")
    rate = (Decimal(100) * renewed / decided).quantize(Decimal("0.1")) if decided else Decimal(0)
    return {
        "coming": {
            **{kind: moved.count(kind) for kind in ("new", "back", "left", "not_yet")},
            "net": moved.count("new") + moved.count("back") - moved.count("left"),
        },
        "renewals": {
            "rate": rate,
            "ended": len(ended),
            **{one: ended.count(one) for one in ("before", "prompt", "late", "not_yet", "not")},
        },
        "plans": {
            "active": len({one.client_id for one in raw.active_on(last)}),
            **{kind: kinds.count(kind) for kind in ("sold", "renewed", "changed", "canceled")},
            "billed": sum((amount for *_, amount in acts), Decimal(0)),
        },
        "mrr": {"mrr": monthly_again(raw, last), "received": received_again(raw, days)},
        "visits": {"visits": len(door), "visitors": len({one.client_id for one in door})},
    }


def received_again(raw: RawGym, days: DayRange) -> Decimal:
    """Money that moved a till: payments less what was voided or handed back on these days."""
    total = Decimal(0)
    for entry in raw.entries:
        if days.first <= entry.gym_day <= days.last and entry.method not in (None, "credit"):
            total += {"payment": 1, "void": -1, "refund": -1}.get(entry.kind, 0) * entry.amount
    return total


async def read_report(uow: UnitOfWork, name: str, days: DayRange) -> Report:
    return await ReportService(uow).report(name, days)


@pytest.mark.parametrize("seed", [21, 22])
async def test_figures_and_the_rows_behind_them_agree(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, clients=30)
    raw = await read_gym(gym)
    shown: set[str] = set()
    for days in DAYS:
        again = figures_again(raw, days)
        for name in NAMES:
            async with gym.unit_of_work(Actor.system()) as uow:
                report = await read_report(uow, name, days)
                values = {one.key: one.value for one in report.result.figures}
                counted = again.get(name, {})
                assert values.keys() - counted.keys() <= ONCE.get(name, set()), (
                    "a figure without a second count"
                )
                for key, value in counted.items():
                    assert values[key] == value, (name, key, days)
                shown |= {f"{name}.{one.key}" for one in report.result.figures if one.value}
                await check_behind(uow, report)
    assert {"coming.left", "renewals.late", "plans.canceled", "visits.no_shows", "mrr.arpu"} <= shown


async def check_behind(uow: UnitOfWork, report: Report) -> None:
    """As many rows as the figure counts, and for a row of a table as many as its counts add up to."""
    service, days = ReportService(uow), report.asked.days
    for one in report.result.figures:
        if one.behind and one.value and one.kind is ColumnKind.COUNT:
            found = await service.behind(report.name, days, RowsPlace("", one.behind))
            assert found.total == one.value, (report.name, one.key)
            assert found.table.rows
    for table in report.result.tables:
        for row in [row for row in table.rows if row.key][:4]:
            found = await service.behind(report.name, days, RowsPlace(table.key, row.key))
            counted = expected_rows(report.name, table, row.cells)
            assert not counted or found.total == counted, (report.name, table.key, row.key)


def expected_rows(name: str, table: Table, cells: Sequence[object]) -> int | None:
    """The counts of a row that stand for rows of their own."""
    keys = {
        "coming": ("new", "back", "left", "not_yet"),
        "renewals": ("ended",),
        "plans": ("sold", "renewed", "changed", "canceled"),
        "mrr": ("active",),
        "visits": ("refused",)
        if table.key == "reason"
        else ("let_in",)
        if table.key == "staff"
        else ("visits",),
    }[name]
    places = {column.key: place for place, column in enumerate(table.columns)}
    if not set(keys) <= places.keys():
        return None
    return sum(value for key in keys if isinstance(value := cells[places[key]], int))


async def test_arpu_is_what_came_in_by_whoever_was_active(gym: Gym) -> None:
    await open_random_gym(gym, 23, clients=30, visited=False)
    raw = await read_gym(gym)
    days = DayRange(date(2026, 6, 1), date(2026, 6, 30))
    async with gym.unit_of_work(Actor.system()) as uow:
        report = await read_report(uow, "mrr", days)
    values = {one.key: one.value for one in report.result.figures}
    anybody = {one.client_id for day in range(1, 31) for one in raw.active_on(date(2026, 6, day))}
    assert values["active"] == len(anybody) > 0
    exact = received_again(raw, days) / len(anybody)
    assert abs(Decimal(values["arpu"]) - exact) <= Decimal("0.005")


COUNTED = "visit_rollups, visit_days, visit_hours, visitor_months, rolled_months, reopened_months, \
money_days, tax_days, collected_days, money_months, rolled_money_months, reopened_money_months, \
membership_periods, counted_memberships, changed_memberships"


async def every_figure(gym: Gym) -> dict[tuple[str, date], Counter[object]]:
    """Each figure of each report, and the numbers of each row of its tables, whatever the row is called."""
    found: dict[tuple[str, date], Counter[object]] = {}
    for days in DAYS[1:]:
        for definition in REPORTS:
            async with gym.unit_of_work(Actor.system()) as uow:
                result = (await read_report(uow, definition.name, days)).result
            rows = [(table.key, *row.cells) for table in result.tables for row in table.rows]
            numbers = [(row[0], *(one for one in row if isinstance(one, int | Decimal))) for row in rows]
            figures = [(one.key, one.value) for one in result.figures]
            found[definition.name, days.first] = Counter([*figures, *numbers])
    return found


async def nights(gym: Gym) -> None:
    for service in (VisitRollupService, MoneyRollupService, MembershipRollupService):
        while await gym.run(Actor.system(), lambda uow, service=service: service(uow).roll_due()):
            pass


async def test_an_erasure_changes_no_figure_of_any_report_counted_before_or_anew(gym: Gym) -> None:
    await open_random_gym(gym, 24, clients=16)
    await nights(gym)
    before = await every_figure(gym)
    assert sum(len(one) for one in before.values()) > 300
    async with gym.unit_of_work(Actor.system()) as uow:
        for client in await uow.session.scalars(select(Client.id).order_by(Client.id).limit(6)):
            await ErasureService(uow).ask(client)
        await uow.session.execute(update(Erasure).values(due_at=Erasure.asked_at))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await ErasureService(uow).carry_out_due() == 6
    assert await every_figure(gym) == before
    await nights(gym)
    assert await every_figure(gym) == before
    async with gym.database.session() as session, session.begin():
        await session.execute(text(f"TRUNCATE {COUNTED}"))
    assert await every_figure(gym) == before, "from the rows alone"
    await nights(gym)
    assert await every_figure(gym) == before


async def test_employees_see_none_of_them(gym: Gym, employee: Actor) -> None:
    days = DAYS[0]
    for name in NAMES:
        async with gym.unit_of_work(employee) as uow:
            with pytest.raises(NotAllowed):
                await read_report(uow, name, days)


def test_names_and_keys_fit_a_button() -> None:
    assert {one.name for one in REPORTS} >= set(NAMES)
    assert max(len(one.name) for one in REPORTS) <= 8
