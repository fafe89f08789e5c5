"""Chart of a report in chat, for a light or a dark chat."""

from __future__ import annotations

import asyncio

from bot.routing.router import Audience, Router
from bot.ui.buttons.reports import ShowReport, ShowReportChart
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.reports.charts.drawing import draw_chart
from gym.reports.charts.of_reports import chart_of_report
from gym.reports.charts.shapes import Theme
from gym.reports.output.words import show_days
from gym.reports.ranges import DayRange
from gym.reports.service import ReportService

router = Router(Audience.STAFF)


@router.on(ShowReportChart)
async def show_chart(context: UpdateContext, press: ShowReportChart) -> None:
    days = DayRange(press.first, press.last)
    async with context.unit_of_work() as uow:
        report = await ReportService(uow).pictured(press.report, days)
    t = context.t
    plain = context.settings.translator(context.identity.language)
    # In a thread: of five years every day is written in words, 90 ms.
    chart = await asyncio.to_thread(chart_of_report, report, plain, context.today)
    back = ShowReport(press.report, press.first, press.last)
    if chart is None:
        await context.show(Screen(t("There is nothing to draw in these days."), [nav(t, back=back)]))
        return
    picture = await draw_chart(chart, Theme.DARK if press.dark else Theme.LIGHT)
    other = button(
        t("☀️ Light") if press.dark else t("🌙 Dark"),
        ShowReportChart(press.report, press.first, press.last, not press.dark),
    )
    caption = t("<b>{title}</b>, {days}", title=t(report.title), days=show_days(t, days, context.today))
    await context.show(Screen(caption, [[other], nav(t, back=back)], photo=picture, drawn=True))
