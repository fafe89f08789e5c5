"""Who may ask for which report, how many queries the home takes, and what a button has room for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.ui.buttons.reports import (
    AskReportDays,
    SendReportCsv,
    SendReportWorkbook,
    ShowReport,
    ShowReportTable,
    ShowRowsBehind,
)
from bot.ui.callbacks import LIMIT, pack
from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.database.json_values import decode
from gym.reports.definition import LONGEST_NAME, ReportNotFound
from gym.reports.ranges import DayRange, RangeName, named_range
from gym.reports.registry import REPORTS
from gym.reports.results import RowsPlace, id_of, row_key
from gym.reports.service import ReportService
from gym.security.permissions import Actor, NotAllowed
from tests.support.front_desk import statements
from tests.support.memberships import DeskClerk

TODAY = date(2026, 8, 3)
MOST_QUERIES = 5
MONTH = named_range(RangeName.THIS_MONTH, TODAY)


async def test_the_home_of_reports_takes_five_queries_at_most(gym: Gym, boss: DeskClerk) -> None:
    await boss.pay(await boss.sell(await boss.client(), await boss.plan()))
    async with gym.unit_of_work(boss.actor) as uow:
        with statements(gym) as seen:
            home = await ReportService(uow).home()
    assert len(seen) <= MOST_QUERIES, seen
    assert [one.name for one in home.reports] == [one.name for one in REPORTS]
    assert home.sentences


async def test_employees_ask_for_their_own_day_only(gym: Gym, desk: DeskClerk, boss: DeskClerk) -> None:
    plan = await boss.plan()
    await boss.pay(await boss.sell(await boss.client("Rosa"), plan))
    await desk.pay(await desk.sell(await desk.client("Otto"), plan), Decimal(1000))
    today = DayRange(TODAY, TODAY)
    async with gym.unit_of_work(desk.actor) as uow:
        service = ReportService(uow)
        own = await service.report("money", today)
        assert {one.key: one.value for one in own.result.figures}["net"] == Decimal(1000)
        assert all(one.before is None for one in own.result.figures)
        behind = await service.behind("money", today, RowsPlace("", "net"))
        assert (behind.total, behind.amount) == (1, Decimal(1000))
        for days in (MONTH, DayRange(TODAY - timedelta(days=1), TODAY - timedelta(days=1))):
            if days != today:
                with pytest.raises(NotAllowed):
                    await service.report("money", days)
                with pytest.raises(NotAllowed):
                    await service.behind("money", days, RowsPlace("", "net"))
        assert [one.name for one in (await service.home()).reports] == [
            one.name for one in REPORTS if one.is_own_day
        ]


async def test_members_and_kiosks_see_no_report(gym: Gym) -> None:
    for actor in (Actor.member(new_id(), "Rosa"), Actor.kiosk(new_id(), "Door")):
        async with gym.unit_of_work(actor) as uow:
            with pytest.raises(NotAllowed):
                await ReportService(uow).home()
            with pytest.raises(NotAllowed):
                await ReportService(uow).report("money", DayRange(TODAY, TODAY))


@pytest.mark.parametrize(
    "place",
    [
        RowsPlace("nothing", ""),
        RowsPlace("", "nothing"),
        RowsPlace("staff", "no id"),
        RowsPlace("plan", "'; DROP TABLE plans; --"),
        RowsPlace("tills", ""),
    ],
)
async def test_rows_that_no_report_has_are_not_found(gym: Gym, admin: Actor, place: RowsPlace) -> None:
    async with gym.unit_of_work(admin) as uow:
        with pytest.raises(ReportNotFound):
            await ReportService(uow).behind("money", MONTH, place)
        with pytest.raises(ReportNotFound):
            await ReportService(uow).report("nothing", MONTH)
        with pytest.raises(ReportNotFound):
            await ReportService(uow).table("money", MONTH, "nothing")


async def test_who_takes_a_report_along_is_in_the_trail(gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        service = ReportService(uow)
        service.note_export(await service.report("money", MONTH), "xlsx")
    async with gym.unit_of_work(admin) as uow:
        row = (await uow.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()))).first()
    assert row is not None
    assert (row.action, row.actor_name) == ("report.exported", admin.name)
    told = {"report": "money", "first": MONTH.first, "last": MONTH.last, "form": "xlsx"}
    assert decode(row.after or {}) == told


async def test_every_button_of_every_report_fits_its_64_bytes(
    gym: Gym, boss: DeskClerk, clock: FrozenClock
) -> None:
    """The longest row key, two digits of a page; and no table of any report has a longer name."""
    await boss.pay(await boss.sell(await boss.client(), await boss.plan()))
    longest = row_key(new_id())
    async with gym.unit_of_work(boss.actor) as uow:
        for one in REPORTS:
            assert len(one.name) <= LONGEST_NAME
            assert one.name.isalpha()
            result = (await ReportService(uow).report(one.name, MONTH)).result
            keys = [table.key for table in result.tables]
            assert len(keys) == len(set(keys))
            assert all(len(key) <= 6 and key.isalnum() for key in keys), keys
            rows = [row.key for table in result.tables for row in table.rows]
            rows += [figure.behind for figure in result.figures]
            assert all(len(row) <= len(longest) for row in rows), rows
            data = [
                ShowReport(one.name, TODAY, TODAY),
                SendReportCsv(one.name, TODAY, TODAY),
                SendReportWorkbook(one.name, TODAY, TODAY),
                AskReportDays(one.name),
                *(ShowReportTable(one.name, TODAY, TODAY, key, 99) for key in keys),
                *(ShowRowsBehind(one.name, TODAY, TODAY, key, longest, 99) for key in keys),
            ]
            assert all(len(pack(press, clock.at).encode()) <= LIMIT for press in data)


def test_an_id_goes_through_a_buttons_key() -> None:
    key = new_id()
    assert len(row_key(key)) == 22
    assert id_of(row_key(key)) == key
    assert id_of("-") is None
