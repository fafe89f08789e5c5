"""Reports in words for a chat: figures with their changes and meanings, the first rows of tables, one row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.core.language import Translator
from gym.reports.output.words import show_change, show_days, show_sentence, show_span, show_value
from gym.reports.ranges import Comparisons
from gym.reports.results import ColumnKind, Figure, Report, Row, RowsBehind, Table, Value

LABELLED: Final = 3
"""Cells of a row on its button, beside the figure."""
FIRST_ROWS: Final = 4
"""Of each table on a report's screen; the others are a tap away."""


def report_lines(t: HtmlTranslator, report: Report, today: date) -> list[str]:
    """Heading, figures each with its meaning below, findings, the first rows of every table."""
    lines = [
        t("<b>{title}</b>, {days}", title=t(report.title), days=show_days(t, report.asked.days, today)),
        "",
    ]
    for figure in report.result.figures:
        lines += _figure_lines(t, figure, report.against, today)
    lines += [show_sentence(t, one) for one in report.result.sentences]
    for table in report.result.tables:
        lines += _first_rows(t, table)
    return lines


def _figure_lines(t: HtmlTranslator, one: Figure, against: Comparisons | None, today: date) -> list[str]:
    value = show_value(t, one.value, one.kind)
    lines = [t("{title}: <b>{value}</b>", title=t(one.title), value=value)]
    if against is not None and one.before is not None and (one.before or one.value):
        lines.append(_change_line(t, one, one.before, show_span(t, against.before, today)))
    if against is not None and one.year_before:
        lines.append(t("   {change} against a year before", change=show_change(t, one, one.year_before)))
    return [*lines, f"   <i>{t(one.definition)}</i>"] if one.definition else lines


def _change_line(t: HtmlTranslator, one: Figure, before: Decimal | int, days: str) -> str:
    if not before:
        return t("   before: {value} ({days})", value=show_value(t, before, one.kind), days=days)
    return t("   {change} against {days}", change=show_change(t, one, before), days=days)


def _first_rows(t: HtmlTranslator, table: Table) -> list[str]:
    if not table.rows or not table.is_previewed:
        return []
    shown = [f"   {_named(t, table, row)}: {main_value(t, table, row)}" for row in table.rows[:FIRST_ROWS]]
    rest = table.length - FIRST_ROWS
    more = [t.plural("   … and {count} more", "   … and {count} more", rest)] if rest > 0 else []
    return ["", f"<b>{t(table.title)}</b>", *shown, *more]


def table_lines(t: HtmlTranslator, table: Table, rows: Sequence[Row]) -> list[str]:
    """A page of a table: each row with all that is not empty, then the sums of the whole table."""
    lines = [f"<b>{_named(t, table, row)}</b>: {_other_cells(t, table, row)}" for row in rows]
    totals = [
        t("{title} {value}", title=t(column.title), value=show_value(t, table.total(place), column.kind))
        for place, column in enumerate(table.columns)
        if column.summed
    ]
    return [*lines, "", t("Total: {totals}", totals=", ".join(totals))] if totals and lines else lines


def row_label(t: HtmlTranslator, table: Table, row: Row) -> str:
    """A row's button: the figure first, for a long name is cut at its end."""
    return f"{main_value(t, table, row)} · {_named(t, table, row)}"


def main_value(t: Translator, table: Table, row: Row) -> str:
    place = table.main_place
    return show_value(t, row.cells[place], table.columns[place].kind)


def entry_label(t: HtmlTranslator, table: Table, row: Row) -> str:
    """The button of a row behind a figure: what it comes to, its day, its words."""
    place = table.main_place
    others = [
        _short(t, cell) for number, cell in enumerate(row.cells) if number != place and cell not in (None, "")
    ]
    main = _short(t, row.cells[place], table.columns[place].kind)
    return " · ".join(one for one in (main, *others[:LABELLED]) if one)


def behind_heading(t: HtmlTranslator, report_title: str, days: str, behind: RowsBehind) -> list[str]:
    """Whose rows they are, how many, and what they come to."""
    heading = t("<b>{title}</b>, {days}", title=t(report_title), days=days)
    lines = [heading]
    if behind.name is not None:
        lines.append(t("Of: <b>{name}</b>", name=_short(t, behind.name)))
    count = t.plural("{count} row", "{count} rows", behind.total)
    lines.append(count if behind.amount is None else f"{count}, {t.money(behind.amount)}")
    return lines


def _named(t: Translator, table: Table, row: Row) -> str:
    places = range(_names(table, row))
    return ", ".join(_short(t, row.cells[place], table.columns[place].kind) for place in places)


def _names(table: Table, row: Row) -> int:
    """How many columns say what a row is: the first, and the second where both are words, or an hour."""
    words = [column.kind in (ColumnKind.TEXT, ColumnKind.HOUR) for column in table.columns[:2]]
    return 2 if len(row.cells) > 2 and all(words) and row.cells[1] is not None else 1


def _short(t: Translator, value: Value, kind: ColumnKind = ColumnKind.TEXT) -> str:
    """A day without its weekday, a moment without its year: buttons have twenty letters, or forty."""
    if isinstance(value, datetime):
        return f"{t.day(value.astimezone(t.zone).date(), short=True)} {t.time(value)}"
    if type(value) is date and kind is not ColumnKind.MONTH:
        return t.day(value, short=True)
    return show_value(t, value, kind)


def _other_cells(t: HtmlTranslator, table: Table, row: Row) -> str:
    names = _names(table, row)
    found = [
        t("{title} {value}", title=t(column.title), value=show_value(t, cell, column.kind))
        for column, cell in list(zip(table.columns, row.cells, strict=True))[names:]
        if cell and not column.only_in_files
    ]
    return ", ".join(found) or "0"
