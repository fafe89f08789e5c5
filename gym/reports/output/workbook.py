"""A report as a workbook (.xlsx): typed cells, totals as formulas with their values, one sheet for each
table.

Slow: call it in a thread. Rows go to the disk one after the other, so a long table takes no memory.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from gym.core.language import N_, Translator
from gym.core.money import usual_smallest
from gym.core.values.formulas import harmless
from gym.reports.output.words import show_days, show_value
from gym.reports.output.writing import is_long, write_short
from gym.reports.results import ColumnKind, Figure, Report, Row, Table, Term, Value

OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
WIDTHS: Final = {
    ColumnKind.TEXT: 26,
    ColumnKind.MONEY: 16,
    ColumnKind.COUNT: 10,
    ColumnKind.PERCENT: 10,
    ColumnKind.NUMBER: 10,
    ColumnKind.DAY: 12,
    ColumnKind.MOMENT: 18,
    ColumnKind.HOUR: 10,
    ColumnKind.MONTH: 12,
}
NUMBERS: Final = {
    ColumnKind.TEXT: "@",
    ColumnKind.MONEY: "#,##0",
    ColumnKind.COUNT: "#,##0",
    ColumnKind.PERCENT: "0.0%",
    ColumnKind.NUMBER: "0",
    ColumnKind.DAY: "yyyy-mm-dd",
    ColumnKind.MOMENT: "yyyy-mm-dd hh:mm",
    ColumnKind.HOUR: '00":00"',
    ColumnKind.MONTH: "yyyy-mm",
}
WITH_CENTS: Final = "#,##0.00"
MOST_ROWS: Final = 1_048_570
"""Of one sheet (Excel's limit, less heading, totals and note); further ones go on another sheet."""
LONGEST_NAME: Final = 31
"""Letters of a sheet's name (Excel)."""
_NOT_IN_NAMES: Final = re.compile(r"[\\*?:/\[\]]")
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Formats:
    """The formats of one workbook."""

    bold: Format
    wrapped: Format
    cells: dict[ColumnKind, Format]
    sums: dict[ColumnKind, Format]


class ReportWorkbook:
    """A workbook on its way: the first sheet has the figures with their words, then comes one for each table.

    Its methods block. What it keeps on the disk meanwhile goes with `close` or `discard`.
    """

    def __init__(self, target: IO[bytes], report: Report, t: Translator, today: date) -> None:
        # xlsxwriter leaves files of its own behind where it is not finished, with members' names in them.
        self._folder = tempfile.TemporaryDirectory(prefix="powergym-report-", ignore_cleanup_errors=True)
        self._book = Workbook(target, {**OPTIONS, "tmpdir": self._folder.name})
        self._formats = _formats(self._book, report, t.currency)
        self._t = t
        self._names: set[str] = set()
        self._sheet: _TableSheet | None = None
        summary = self._book.add_worksheet(_sheet_name(t(N_("Summary")), self._names))
        _summary(summary, report, self._formats, t, today)

    def begin(self, table: Table) -> None:
        sheet = self._book.add_worksheet(_sheet_name(self._t(table.title), self._names))
        self._sheet = _TableSheet(sheet, table, self._formats, self._t)

    def add(self, rows: Sequence[Row]) -> None:
        assert self._sheet is not None, "a table has begun"
        for row in rows:
            if self._sheet.count == MOST_ROWS:
                self._sheet.end()
                self.begin(self._sheet.table)
            self._sheet.add(row)

    def end(self) -> None:
        assert self._sheet is not None, "a table has begun"
        self._sheet.end()

    def close(self) -> None:
        self._book.close()
        self._folder.cleanup()

    def discard(self) -> None:
        self._folder.cleanup()


def write_workbook(target: IO[bytes], report: Report, t: Translator, today: date) -> None:
    """A report whose rows are all in memory."""
    write_short(ReportWorkbook(target, report, t, today), report)


def _formats(book: Workbook, report: Report, currency: str) -> _Formats:
    has_coins = usual_smallest(currency) < 1
    money = WITH_CENTS if has_coins and _has_cents(report) else NUMBERS[ColumnKind.MONEY]
    numbers = NUMBERS | {ColumnKind.MONEY: money}
    return _Formats(
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"text_wrap": True, "valign": "top"}),
        {kind: book.add_format({"num_format": number}) for kind, number in numbers.items()},
        {
            kind: book.add_format({"num_format": number, "bold": True, "top": 1})
            for kind, number in numbers.items()
        },
    )


def _has_cents(report: Report) -> bool:
    """Whether any amount has cents, or may have: then all are written with them."""
    if is_long(report):
        return True
    amounts = [one.value for one in report.result.figures]
    amounts += [
        cell
        for table in report.result.tables
        for row in table.rows
        for cell in row.cells
        if isinstance(cell, Decimal)
    ]
    return any(one != one.to_integral_value() for one in amounts if isinstance(one, Decimal))


def _sheet_name(title: str, taken: set[str]) -> str:
    """As Excel takes it: 31 letters, none of its signs, each name once."""
    plain = _NOT_IN_NAMES.sub("-", title).strip("' ")[:LONGEST_NAME].rstrip("' ") or "-"
    name, number = plain, 2
    while name.casefold() in taken:
        name = f"{plain[: LONGEST_NAME - 3]} {number}"
        number += 1
    taken.add(name.casefold())
    return name


def _summary(sheet: Worksheet, report: Report, formats: _Formats, t: Translator, today: date) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 3, 18)
    sheet.set_column(4, 4, 90)
    _text(sheet, 0, 0, t(report.title), formats.bold)
    _text(sheet, 1, 0, show_days(t, report.asked.days, today))
    heads = ["", t(N_("Now")), t(N_("Before")), t(N_("A year before")), t(N_("What it means"))]
    for place, head in enumerate(heads):
        _text(sheet, 3, place, head, formats.bold)
    for number, one in enumerate(report.result.figures, start=4):
        _figure(sheet, number, one, formats, t)


def _figure(sheet: Worksheet, number: int, one: Figure, formats: _Formats, t: Translator) -> None:
    _text(sheet, number, 0, t(one.title), formats.wrapped)
    for place, value in enumerate((one.value, one.before, one.year_before), start=1):
        _cell(sheet, number, place, value, one.kind, formats.cells[one.kind], t)
    _text(sheet, number, 4, t(one.definition), formats.wrapped)


class _TableSheet:
    """One sheet: heading, rows, the sums of its own rows."""

    def __init__(self, sheet: Worksheet, table: Table, formats: _Formats, t: Translator) -> None:
        self.table = table
        self.count = 0
        self._sheet, self._formats, self._t = sheet, formats, t
        self._sums: dict[int, Decimal | int] = {
            place: 0 for place, one in enumerate(table.columns) if one.summed
        }
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, WIDTHS[column.kind])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            _text(sheet, 0, place, t(column.title), formats.bold)

    def add(self, row: Row) -> None:
        self.count += 1
        for place, (column, value) in enumerate(zip(self.table.columns, row.cells, strict=True)):
            form = self._formats.cells[column.kind]
            _cell(self._sheet, self.count, place, value, column.kind, form, self._t)
        for place in self._sums:
            value = row.cells[place]
            if isinstance(value, Decimal | int):
                self._sums[place] += value

    def end(self) -> None:
        if self.count and self._sums:
            self._totals(self.count + 1)
        if self.table.note:
            _text(self._sheet, self.count + 3, 0, self._t(self.table.note))

    def _totals(self, number: int) -> None:
        """Formulas, each with the value that a program shows which does not compute."""
        for place, column in enumerate(self.table.columns):
            form = self._formats.sums[column.kind]
            if place in self._sums:
                begins, ends = xl_rowcol_to_cell(1, place), xl_rowcol_to_cell(number - 1, place)
                value = _number(self._sums[place], column.kind)
                self._sheet.write_formula(number, place, f"=SUM({begins}:{ends})", form, value)
            elif place == 0:
                _text(self._sheet, number, place, self._t(N_("Total")), form)


def _cell(
    sheet: Worksheet, number: int, place: int, value: Value, kind: ColumnKind, form: Format, t: Translator
) -> None:
    match value:
        case None:
            return
        case datetime():
            sheet.write_datetime(number, place, value.astimezone(t.zone), form)
        case date():
            sheet.write_datetime(number, place, datetime.combine(value, time()), form)
        case Decimal() | int():
            sheet.write_number(number, place, _number(value, kind), form)
        case Term() | str():
            _text(sheet, number, place, show_value(t, value, kind), form)


def _number(value: Decimal | int, kind: ColumnKind) -> Any:
    """A share is a part of one in a cell; xlsxwriter writes 16 digits, more than an amount has."""
    return value / HUNDRED if kind is ColumnKind.PERCENT else value


def _text(sheet: Worksheet, number: int, place: int, text: str, form: Format | None = None) -> None:
    """Text only, whatever it begins with: a name such as `=cmd()` stays one."""
    sheet.write_string(number, place, harmless(text), form)
