"""`python -m gym report`: one report over a range of days, as text, JSON or a workbook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typer

from gym.app import open_gym
from gym.core.config import Config
from gym.core.language import Translator
from gym.reports.output.as_json import report_as_json
from gym.reports.output.words import show_cells, show_change, show_days, show_value
from gym.reports.output.writing import in_full, write_report
from gym.reports.ranges import DayRange, RangeName, named_range
from gym.reports.registry import REPORTS
from gym.reports.results import Figure, Report, Table
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """What the operator asked for; without a name the reports are listed."""

    name: str | None
    first: date | None
    last: date | None
    days: RangeName
    as_json: bool
    workbook: Path | None


async def print_report(config: Config, order: ReportOrder) -> int:
    """Raises `ReportNotFound`, `RangeInvalid`."""
    if order.name is None:
        return _list(as_json=order.as_json)
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        service, today, settings = ReportService(uow), uow.today, uow.settings
        report = await service.report(order.name, _range(order, today))
        service.note_export(report, _form(order))
        if order.workbook is not None:
            await _write(order.workbook, report, uow)
        if order.as_json or order.workbook is None:
            report = await in_full(report, uow.session)
    if order.as_json:
        typer.echo(json.dumps(report_as_json(report, settings.currency), ensure_ascii=False))
    else:
        _print(report, settings.translator("en"), today)
    return 0


def _form(order: ReportOrder) -> str:
    """Printed or written: names and documents leave the gym either way, so the trail has it."""
    if order.workbook is not None:
        return "xlsx"
    return "json" if order.as_json else "text"


def _range(order: ReportOrder, today: date) -> DayRange:
    """From a day to a day; a missing end is today, a missing beginning the same day as the end."""
    if order.first is None and order.last is None:
        return named_range(order.days, today)
    last = order.last or today
    return DayRange(order.first or last, last)


async def _write(path: Path, report: Report, uow: UnitOfWork) -> None:
    # Loading xlsxwriter takes longer than a report.
    from gym.reports.output.workbook import ReportWorkbook

    with path.open("wb") as file:
        book = ReportWorkbook(file, report, uow.settings.translator(), uow.today)
        await write_report(book, report, uow.session)


def _list(*, as_json: bool) -> int:
    t = Translator("en")
    if as_json:
        found = [{"name": one.name, "definition": one.definition} for one in REPORTS]
        typer.echo(json.dumps({"reports": found}, ensure_ascii=False))
        return 0
    for one in REPORTS:
        typer.echo(f"{one.name:<10}{t(one.definition)}")
    return 0


def _print(report: Report, t: Translator, today: date) -> None:
    typer.echo(f"{t(report.title)}, {show_days(t, report.asked.days, today)}")
    for one in report.result.figures:
        typer.echo(_figure_line(one, t))
    for sentence in report.result.sentences:
        typer.echo(t(sentence.message, **sentence.values))
    for table in report.result.tables:
        typer.echo("")
        for line in _table_lines(table, t):
            typer.echo(line)


def _figure_line(one: Figure, t: Translator) -> str:
    line = f"  {t(one.title)}: {show_value(t, one.value, one.kind)}"
    if one.before is not None:
        line += f" ({show_change(t, one, one.before)})"
    return line


def _table_lines(table: Table, t: Translator) -> list[str]:
    heads = [t(one.title) for one in table.columns]
    rows = [heads, *(show_cells(t, table.columns, row.cells) for row in table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if table.length > len(table.rows):
        lines.append(f"… {table.length - len(table.rows)} more")
    return [t(table.title), *(f"  {line}" for line in lines)]
