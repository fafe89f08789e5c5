"""Reports in chat: the home of reports, one report over a range of days, its tables, the rows behind a
figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.money import ShowReceipt
from bot.ui.buttons.reports import (
    AskReportDays,
    AtRiskMembers,
    Reports,
    SendReportCsv,
    SendReportWorkbook,
    ShowReport,
    ShowReportChart,
    ShowReportTable,
    ShowRowsBehind,
)
from bot.ui.keyboards import Button, Row, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.reports import behind_heading, entry_label, report_lines, row_label, table_lines
from gym.core.language import N_
from gym.reports.charts.of_reports import DRAFTS
from gym.reports.door.risk import RISK
from gym.reports.output.words import NAMES, show_days, show_sentence
from gym.reports.ranges import DayRange, RangeName, name_of, named_range
from gym.reports.registry import require_report
from gym.reports.results import Figure, LinkKind, Report, RowsPlace, Table
from gym.reports.results import Row as ReportRow
from gym.reports.service import ReportService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
MOST_PAGES: Final = 100
"""A button carries two digits of a page; what lies further back is in the spreadsheet."""

router.manage(MenuGroup.MONEY, N_("📊 Reports"), Reports(), Permission.REPORT_OWN_DAY)


@router.on(Reports)
async def reports(context: UpdateContext, _: Reports) -> None:
    async with context.unit_of_work() as uow:
        home = await ReportService(uow).home()
    t, today = context.t, context.today
    own = not context.identity.may(Permission.REPORT_ALL)
    days = named_range(RangeName.TODAY, today) if own else None
    lines = [t("📊 <b>Reports</b>"), "", *(show_sentence(t, one) for one in home.sentences)]
    first, last = (days.first, days.last) if days else (None, None)
    doors = [button(t(one.title), ShowReport(one.name, first, last)) for one in home.reports]
    await context.show(Screen("\n".join(lines), [*grid(doors), nav(t, back=ManageGroup(MenuGroup.MONEY))]))


@router.on(ShowReport)
async def show_report(context: UpdateContext, press: ShowReport) -> None:
    days = _days_of(press, context.today)
    async with context.unit_of_work() as uow:
        report = await ReportService(uow).report(press.report, days)
    t = context.t
    text = "\n".join(report_lines(t, report, context.today))
    rows = [
        *grid([*_figure_doors(t, report), *_table_doors(t, report)]),
        *_acts(t, report),
        *_ranges(context, report),
        *_files(context, report),
        nav(t, back=Reports()),
    ]
    await context.show(Screen(text, rows))


def _days_of(press: ShowReport, today: date) -> DayRange:
    if press.first is None or press.last is None:
        return named_range(RangeName.THIS_MONTH, today)
    return DayRange(press.first, press.last)


def _figure_doors(t: HtmlTranslator, report: Report) -> list[Button]:
    """One to the rows behind each figure that is not zero, unless a table of that name has them."""
    tables = {one.title for one in report.result.tables if one.rows}
    return [
        button(t("🔎 {title}", title=t(one.title)), _behind_figure(report, one))
        for one in report.result.figures
        if one.behind and one.value and one.title not in tables
    ]


def _behind_figure(report: Report, one: Figure) -> ShowRowsBehind:
    days = report.asked.days
    return ShowRowsBehind(report.name, days.first, days.last, "", one.behind)


def _table_doors(t: HtmlTranslator, report: Report) -> list[Button]:
    days = report.asked.days
    return [
        button(t(one.title), ShowReportTable(report.name, days.first, days.last, one.key))
        for one in report.result.tables
        if one.rows
    ]


def _acts(t: HtmlTranslator, report: Report) -> list[Row]:
    """Its picture, and what can be done about what it says."""
    if report.name == RISK.name:
        return [[button(t("💬 Write or call"), AtRiskMembers())]]
    days = report.asked.days
    if report.name not in DRAFTS or report.asked.staff_id is not None:
        return []
    return [[button(t("📊 Chart"), ShowReportChart(report.name, days.first, days.last))]]


def _ranges(context: UpdateContext, report: Report) -> list[Row]:
    """The other ranges; employees have today alone."""
    if report.asked.staff_id is not None:
        return []
    t, shown = context.t, name_of(report.asked.days, context.today)
    buttons: list[Button] = []
    for name in RangeName:
        days = named_range(name, context.today)
        if name is not shown:
            buttons.append(button(f"🗓 {t(NAMES[name])}", ShowReport(report.name, days.first, days.last)))
    return grid([*buttons, button(t("🗓 From – to"), AskReportDays(report.name))])


def _files(context: UpdateContext, report: Report) -> list[Row]:
    if report.asked.staff_id is not None:
        return []
    t, days = context.t, report.asked.days
    sheet = button(t("📄 As a spreadsheet"), SendReportWorkbook(report.name, days.first, days.last))
    return grid([sheet, button(t("CSV"), SendReportCsv(report.name, days.first, days.last))])


@router.on(ShowReportTable)
async def show_table(context: UpdateContext, press: ShowReportTable) -> None:
    days = DayRange(press.first, press.last)
    async with context.unit_of_work() as uow:
        found = await ReportService(uow).table(press.report, days, press.table, press.page)
    t, table = context.t, found.table
    heading = t(
        "<b>{report}</b>, {days}\n{table}",
        report=t(require_report(press.report).title),
        days=show_days(t, days, context.today),
        table=t(table.title),
    )
    note = ["", f"<i>{t(table.note)}</i>"] if table.note else []
    text = "\n".join([heading, "", *table_lines(t, table, found.rows), *note])
    turn = pager(found.number, min(found.pages, MOST_PAGES), lambda number: _page_of(press, number))
    back = nav(t, back=ShowReport(press.report, press.first, press.last))
    await context.show(Screen(text, [*_row_doors(t, press, table, found.rows), turn, back]))


def _page_of(press: ShowReportTable, number: int) -> ShowReportTable:
    return ShowReportTable(press.report, press.first, press.last, press.table, number)


def _row_doors(
    t: HtmlTranslator, press: ShowReportTable, table: Table, rows: Sequence[ReportRow]
) -> list[Row]:
    """A button for each row that has something behind it."""
    doors: list[Row] = []
    for row in rows:
        label = row_label(t, table, row)
        if row.key:
            behind = ShowRowsBehind(press.report, press.first, press.last, table.key, row.key)
            doors.append([button(label, behind, wide=True)])
        elif row.link is not None:
            doors.append([_link(label, row)])
    return doors


def _link(label: str, row: ReportRow) -> Button:
    link = row.link
    assert link is not None, "the caller has looked"
    opens = Card(link.id) if link.kind is LinkKind.CLIENT else ShowReceipt(link.id)
    return button(label, opens, wide=True)


@router.on(ShowRowsBehind)
async def show_rows(context: UpdateContext, press: ShowRowsBehind) -> None:
    days, place = DayRange(press.first, press.last), RowsPlace(press.table, press.row)
    async with context.unit_of_work() as uow:
        found = await ReportService(uow).behind(press.report, days, place, press.page)
    t = context.t
    title, span = require_report(press.report).title, show_days(t, days, context.today)
    lines = behind_heading(t, title, span, found)
    linked: list[Row] = []
    for row in found.table.rows:
        label = entry_label(t, found.table, row)
        if row.link is None:
            lines.append(label)
        else:
            linked.append([_link(label, row)])
    turn = pager(found.number, min(found.pages, MOST_PAGES), lambda number: _rows_page(press, number))
    back = ShowReport(press.report, press.first, press.last)
    if press.table:
        back = ShowReportTable(press.report, press.first, press.last, press.table)
    await context.show(Screen("\n".join(lines), [*linked, turn, nav(t, back=back)]))


def _rows_page(press: ShowRowsBehind, number: int) -> ShowRowsBehind:
    return ShowRowsBehind(press.report, press.first, press.last, press.table, press.row, number)
