"""A report as a workbook (.xlsx): typed cells, totals as formulas with their values, one sheet for each
table.

Slow: call it in a thread. Rows are written out one after the other, so a long table takes no memory.
"""

from __future__ import annotations

import re
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
from gym.reports.results import ColumnKind, Figure, Report, Table, Term, Value

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


def write_workbook(target: IO[bytes], report: Report, t: Translator, today: date) -> None:
    """The first sheet has the figures with their words, then comes a sheet for each table."""
    book = Workbook(target, OPTIONS)
    formats = _formats(book, report, t.currency)
    names: set[str] = set()
    _summary(book.add_worksheet(_sheet_name(t(N_("Summary")), names)), report, formats, t, today)
    for table in report.result.tables:
        _table(book.add_worksheet(_sheet_name(t(table.title), names)), table, formats, t)
    book.close()


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
    """Whether any amount has cents: then all are written with them."""
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


def _table(sheet: Worksheet, table: Table, formats: _Formats, t: Translator) -> None:
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, WIDTHS[column.kind])
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        _text(sheet, 0, place, t(column.title), formats.bold)
    for number, row in enumerate(table.rows, start=1):
        for place, (column, value) in enumerate(zip(table.columns, row.cells, strict=True)):
            _cell(sheet, number, place, value, column.kind, formats.cells[column.kind], t)
    last = len(table.rows)
    if last and any(one.summed for one in table.columns):
        _totals(sheet, last + 1, table, formats, t)
    if table.note:
        _text(sheet, last + 3, 0, t(table.note))


def _totals(sheet: Worksheet, number: int, table: Table, formats: _Formats, t: Translator) -> None:
    """Formulas, each with the value that a program shows which does not compute."""
    for place, column in enumerate(table.columns):
        form = formats.sums[column.kind]
        if column.summed:
            begins, ends = xl_rowcol_to_cell(1, place), xl_rowcol_to_cell(number - 1, place)
            value = _number(table.total(place), column.kind)
            sheet.write_formula(number, place, f"=SUM({begins}:{ends})", form, value)
        elif place == 0:
            _text(sheet, number, place, t(N_("Total")), form)


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
