"""Reports as files in chat (XLSX, CSV), and the question from which day to which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.desk.reports.long_files import begin_long_file
from bot.forms.answers import read_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import day_choices
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.reports import AskReportDays, SendReportCsv, SendReportWorkbook, ShowReport
from bot.ui.screens import Screen
from bot.ui.surfaces import OnlyInPrivate
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.core.reading import days as reading
from gym.reports.output.files import FileForm, write_report_file
from gym.reports.output.words import show_days
from gym.reports.output.writing import is_long
from gym.reports.ranges import DayRange, RangeName, named_range
from gym.reports.registry import require_report
from gym.reports.service import ReportService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@router.on(SendReportWorkbook)
async def send_workbook(context: UpdateContext, press: SendReportWorkbook) -> None:
    await _send(context, press.report, DayRange(press.first, press.last), FileForm.WORKBOOK)


@router.on(SendReportCsv)
async def send_csv(context: UpdateContext, press: SendReportCsv) -> None:
    await _send(context, press.report, DayRange(press.first, press.last), FileForm.CSV)


async def _send(context: UpdateContext, name: str, days: DayRange, form: FileForm) -> None:
    """The report as a file, with a row in the trail that it left the gym. Raises `OnlyInPrivate`,
    `NotAllowed`.
    """
    if not context.is_private:
        raise OnlyInPrivate
    context.identity.desk_actor.require(Permission.REPORT_ALL)
    t = context.settings.translator(context.identity.language)  # a file has no HTML
    async with context.unit_of_work() as uow:
        service = ReportService(uow)
        report = await service.report(name, days)
        service.note_export(report, form)
        file = None if is_long(report) else await write_report_file(report, form, uow, t)
    if file is None:
        await begin_long_file(context, report, form, t)
        return
    shown = show_days(context.t, days, context.today)
    caption = context.t("{title}, {days}", title=context.t(report.title), days=shown)
    await context.send_document(file.data, file.name, caption)


# From a day to a day


@router.on(AskReportDays)
async def ask_days(context: UpdateContext, press: AskReportDays) -> None:
    context.identity.desk_actor.require(Permission.REPORT_ALL)
    await begin(context, DAYS, {"report": require_report(press.report).name}, back=ShowReport(press.report))


def _read_past(text: str, ctx: FormContext) -> date:
    return read_day(text, ctx, reading.past(ctx.context.today))


async def _firsts(ctx: FormContext) -> Sequence[Choice]:
    """The first days of this year and of the month before."""
    today = ctx.context.today
    last_month = named_range(RangeName.LAST_MONTH, today)
    return day_choices(ctx, [last_month.first, date(today.year, 1, 1)])


async def _lasts(ctx: FormContext) -> Sequence[Choice]:
    today = ctx.context.today
    return day_choices(ctx, [today, named_range(RangeName.LAST_MONTH, today).last])


async def _show(ctx: FormContext) -> Screen | None:
    """Raises `RangeInvalid`, which is said where the days were typed."""
    days = DayRange(ctx.value("first", date), ctx.value("last", date))
    await go(ctx.context, ShowReport(ctx.value("report", str), days.first, days.last))
    return None


DAYS: Final = router.form(
    Form(
        name="report_days",
        title=N_("Days of a report"),
        steps=[
            Step(
                "first",
                N_("From"),
                N_("From which day on? Choose it or type it, such as 3 August."),
                choices=_firsts,
                parse=_read_past,
            ),
            Step("last", N_("To"), N_("To which day?"), choices=_lasts, parse=_read_past),
        ],
        submit=_show,
        confirm=None,
    )
)
