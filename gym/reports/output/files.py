"""A report as a file in one of its forms, with its name."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import IO

from gym.core.language import Translator
from gym.reports.output.csv_files import CsvTables, ReportFile, csv_name
from gym.reports.output.writing import Progress, ReportFormat, write_report
from gym.reports.results import Report
from gym.unit_of_work import UnitOfWork


class FileForm(StrEnum):
    """Forms of a file; the trail keeps them by these names."""

    WORKBOOK = "xlsx"
    CSV = "csv"


def file_name(report: Report, form: FileForm) -> str:
    """Such as `money-2026-11-01-2026-11-30.xlsx`."""
    stem = _stem(report)
    return f"{stem}.xlsx" if form is FileForm.WORKBOOK else csv_name(report, stem)


async def write_report_file(report: Report, form: FileForm, uow: UnitOfWork, t: Translator) -> ReportFile:
    """In memory, for whoever waits for it."""
    target = io.BytesIO()
    await write_to(target, report, form, uow, t)
    return ReportFile(file_name(report, form), target.getvalue())


async def write_to(
    target: IO[bytes],
    report: Report,
    form: FileForm,
    uow: UnitOfWork,
    t: Translator,
    progress: Progress | None = None,
) -> None:
    """Every row, a chunk at a time."""
    await write_report(_format(target, report, form, uow, t), report, uow.session, progress)


def _format(
    target: IO[bytes], report: Report, form: FileForm, uow: UnitOfWork, t: Translator
) -> ReportFormat:
    if form is FileForm.CSV:
        return CsvTables(target, report, _stem(report), t)
    # Loading xlsxwriter is spent on the first spreadsheet, not on every start of the bot.
    from gym.reports.output.workbook import ReportWorkbook

    return ReportWorkbook(target, report, t, uow.today)


def _stem(report: Report) -> str:
    days = report.asked.days
    return f"{report.name}-{days.first.isoformat()}-{days.last.isoformat()}"
