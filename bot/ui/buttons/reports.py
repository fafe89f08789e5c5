"""Buttons of reports: the day's chart, plans that end soon, reports over days, and as files."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("daypic")
class DayChart(Callback):
    """Send a chart of one day (admins)."""

    day: date


@callback("daydrk")
class DarkDayChart(Callback):
    """The same for a dark chat."""

    day: date


@callback("risk")
class AtRiskMembers(Callback):
    """List members who stay away longer than their own rhythm explains."""

    page: int = 0


@callback("ending")
class EndingSoon(Callback):
    """List plans that end this week with no renewal."""

    page: int = 0


@callback("rprts")
class Reports(Callback):
    """Show the home of reports."""


@callback("rprt")
class ShowReport(Callback):
    """Show one report; without days the one of this month so far."""

    report: str
    first: date | None = None
    last: date | None = None


@callback("rptb")
class ShowReportTable(Callback):
    """Show a page of one table of a report."""

    report: str
    first: date
    last: date
    table: str
    page: int = 0


@callback("rprw")
class ShowRowsBehind(Callback):
    """Show a page of the rows behind a row of a table, or, without a table, behind a figure."""

    report: str
    first: date
    last: date
    table: str
    row: str
    page: int = 0


@callback("rpchrt")
class ShowReportChart(Callback):
    """Show the report's picture."""

    report: str
    first: date
    last: date
    dark: bool = False


@callback("rpxlsx")
class SendReportWorkbook(Callback):
    """Send the report as a workbook (admins)."""

    report: str
    first: date
    last: date


@callback("rpcsv")
class SendReportCsv(Callback):
    """Send the report's tables as CSV (admins)."""

    report: str
    first: date
    last: date


@callback("rpstop")
class StopReportFile(Callback):
    """Stop a file on its way."""

    key: UUID


@callback("rpdays")
class AskReportDays(Callback):
    """Ask from which day to which."""

    report: str
