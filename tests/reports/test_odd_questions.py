"""Questions that no button asks, and figures of people who have left: refused in words or answered."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import text, update

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.reports import table_lines
from gym.app import Gym
from gym.clients.models import Client, DocumentType
from gym.core.database.ids import new_id
from gym.core.language import Translator
from gym.reports.charts.of_reports import chart_of_report
from gym.reports.charts.shapes import Columns
from gym.reports.definition import ReportNotFound
from gym.reports.output.csv_files import csv_file
from gym.reports.ranges import DayRange, RangeInvalid, RangeNotCome
from gym.reports.registry import REPORTS
from gym.reports.results import (
    Asked,
    ColumnKind,
    Report,
    ReportColumn,
    ReportResult,
    Row,
    RowsPlace,
    Table,
    row_key,
)
from gym.reports.service import ReportService
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.conftest import hire
from tests.support.memberships import DeskClerk

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)
OVERRIDE = text("""
INSERT INTO check_ins (id, client_id, outcome, code, method, counted, at, received_at, gym_day,
    override_reason, staff_id)
VALUES (:id, :client, 'admitted', 'no_subscription', 'staff', true, :at, :at, :day, 'a friend', :staff)
""")


async def test_days_to_come_and_days_long_ago_are_refused_in_words(gym: Gym, boss: DeskClerk) -> None:
    await boss.pay(await boss.sell(await boss.client(), await boss.plan()))
    for name in [one.name for one in REPORTS]:
        for days, refusal in (
            (DayRange(TODAY + DAY, TODAY + 20 * DAY), RangeNotCome),
            (DayRange(date(1, 1, 1), date(1, 1, 2)), RangeInvalid),
            (DayRange(date(9999, 12, 1), date(9999, 12, 31)), RangeNotCome),
            (DayRange(TODAY, TODAY + 20 * DAY), None),
            (DayRange(date(1970, 1, 1), date(1989, 12, 31)), None),
        ):
            async with gym.unit_of_work(boss.actor) as uow:
                if refusal is None:
                    await ReportService(uow).report(name, days)
                else:
                    with pytest.raises(refusal):
                        await ReportService(uow).report(name, days)


async def test_no_forged_place_of_any_report_is_a_fault(gym: Gym, boss: DeskClerk) -> None:
    await boss.pay(await boss.sell(await boss.client(), await boss.plan()))
    days = DayRange(TODAY, TODAY)
    words = (
        "",
        "plan",
        "staff",
        "days",
        "hours",
        "reason",
        "tills",
        "seller",
        "others",
        "ages",
        "risk",
        "-",
        "x" * 22,
    )
    rows = (*words, row_key(new_id()), "20260803", "9" * 22)
    async with gym.unit_of_work(boss.actor) as uow:
        for name in [one.name for one in REPORTS]:
            for place in (RowsPlace(table, row) for table in words for row in rows):
                try:
                    found = await ReportService(uow).behind(name, days, place)
                except ReportNotFound:
                    continue
                assert found.table.columns, (name, place)


async def test_who_has_left_stands_in_the_team_with_what_was_let_in(gym: Gym, boss: DeskClerk) -> None:
    gone = await hire(gym, "Gone Gabe", Role.EMPLOYEE)
    idle = await hire(gym, "Idle Ida", Role.EMPLOYEE)
    client, days = await boss.client(), DayRange(TODAY, TODAY)
    async with gym.unit_of_work(Actor.system()) as uow:
        at = datetime.combine(TODAY, time(9), uow.settings.zone)
        values = {"id": new_id(), "client": client.id, "at": at, "day": TODAY, "staff": gone.staff_id}
        await uow.session.execute(OVERRIDE, values)
        left = update(Staff).where(Staff.id.in_([gone.staff_id, idle.staff_id])).values(active=False)
        await uow.session.execute(left)
    async with gym.unit_of_work(boss.actor) as uow:
        marks = (await ReportService(uow).report("team", days)).result.table("marks")
    assert marks is not None
    overrides = [column.key for column in marks.columns].index("overrides")
    found = {row.cells[0]: row.cells[overrides] for row in marks.rows}
    assert found["Gone Gabe"] == 1
    assert "Idle Ida" not in found


async def test_documents_of_the_accountants_list_stand_in_files_only(gym: Gym, boss: DeskClerk) -> None:
    client = await boss.client("Rosa")
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Client, client.id)
        row.document_type, row.document_number = DocumentType.CC, "1020309991"
    await boss.pay(await boss.sell(client, await boss.plan()))
    async with gym.unit_of_work(boss.actor) as uow:
        report = await ReportService(uow).report("taxes", DayRange(TODAY, TODAY))
    table = report.result.table("taxes")
    assert table is not None
    said = "\n".join(table_lines(HtmlTranslator("en"), table, table.rows))
    assert "Rosa" in said
    assert "1020309991" not in said
    with zipfile.ZipFile(io.BytesIO(csv_file(report, "taxes", Translator("en")).data)) as archive:
        assert any(b"1020309991" in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    ("days", "columns", "first"), [(62, 62, "1 Jan"), (366, 13, "Jan ’25"), (5 * 366, 6, "2025")]
)
def test_a_picture_of_many_days_has_columns_that_a_phone_shows(days: int, columns: int, first: str) -> None:
    begins = date(2025, 1, 1)
    rows = [Row((begins + place * DAY, Decimal(1000 + place))) for place in range(days)]
    heads = (ReportColumn("day", "Day", ColumnKind.DAY), ReportColumn("net", "Net", ColumnKind.MONEY))
    whole = sum((Decimal(1000 + place) for place in range(days)), Decimal(0))
    net = SimpleNamespace(key="net", title="Received", value=whole, kind=ColumnKind.MONEY, before=None)
    result = ReportResult(cast("Any", [net]), [Table("day", "By day", heads, rows)])
    asked = Asked(DayRange(begins, begins + (days - 1) * DAY))
    chart = chart_of_report(Report("money", "Money", "", asked, None, result), Translator("en"), TODAY)
    assert isinstance(chart, Columns)
    assert (len(chart.marks), chart.marks[0].label) == (columns, first)
    assert sum(one.value for one in chart.marks) == float(whole)
