"""Remarks on how a sheet was read, in sentences: what is nobody's row, what was hidden, what is not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gym.core.language import N_, Translator
from gym.importing.reading.columns import ColumnMap, SheetColumn
from gym.importing.reading.formats.sheets import MOST_COLUMNS, NotRead
from gym.importing.reading.headings import LABELS, Column
from gym.importing.reading.table_rows import RowAside

ASIDES: Final = {
    RowAside.ABOVE: N_("Above the headings: {rows}"),
    RowAside.TITLE: N_("Titles: {rows}"),
    RowAside.HEADINGS_AGAIN: N_("Headings again: {rows}"),
    RowAside.TOTAL: N_("Totals and footers: {rows}"),
}
NOT_READ: Final = {
    NotRead.HIDDEN: N_("Hidden sheets are not read: {names}. Show them and send the file again."),
    NotRead.NO_NAMES: N_("Nobody is named there, so it is not read: {names}"),
    NotRead.TOO_MANY: N_("The file has too many sheets; not read: {names}"),
}
UNCOMPUTED: Final = N_(
    "Formulas without a value are read as empty: {rows}. Open the file in your spreadsheet program, save it"
    " and send it again."
)
OTHERS: Final = N_("Not in this import, send the file again for it: {names}")
LEFT_OUT: Final = {
    Column.NUMBER: N_("row number, left out"),
    Column.IGNORED: N_("left out"),
}
"""Columns of which nothing is kept."""
SHOWN: Final = 6
"""Rows of each kind that are named with their words."""
LONGEST: Final = 40


def meaning(column: SheetColumn, t: Translator, *, keep_unknown: bool) -> str:
    """What becomes of a column."""
    if column.holds is None:
        return t(N_("a note")) if keep_unknown else t(N_("left out"))
    return t(LEFT_OUT.get(column.holds) or LABELS[column.holds])


def remarks(
    columns: ColumnMap, others: Sequence[str], not_read: Mapping[NotRead, Sequence[str]], t: Translator
) -> list[str]:
    """A line for each thing that is not taken as it stands; none where all is."""
    lines = [t(words, rows=rows) for kind, words in ASIDES.items() if (rows := _rows(columns, kind))]
    layout, lines_read = columns.sheet.layout, {row.line for row in columns.rows}
    if hidden := [line for line in layout.hidden_lines if line in lines_read]:
        lines.append(t(N_("Hidden rows are read like the others: {rows}"), rows=spans(hidden)))
    if names := _hidden_columns(columns, t):
        lines.append(t(N_("Hidden columns are read like the others: {columns}"), columns=names))
    if layout.uncomputed:
        lines.append(t(UNCOMPUTED, rows=_references(layout.uncomputed)))
    if columns.sheet.cut:
        lines.append(t(N_("Only the first {count} columns are read."), count=MOST_COLUMNS))
    if others:
        lines.append(t(OTHERS, names=", ".join(others)))
    for kind, words in NOT_READ.items():
        if names := not_read.get(kind):
            lines.append(t(words, names=", ".join(names)))
    return lines


def _rows(columns: ColumnMap, kind: RowAside) -> str:
    """`1 (GIMNASIO EL TORO), 2 (Listado)`, or only their numbers where there are many."""
    found = (row for row, aside in columns.asides if aside is kind)
    rows = sorted(found, key=lambda row: row.line)
    if kind is RowAside.HEADINGS_AGAIN or len(rows) > SHOWN:
        return spans([row.line for row in rows])
    return ", ".join(f"{row.line} ({_short(' '.join(cell.text for cell in row.cells))})" for row in rows)


def _references(found: Sequence[str]) -> str:
    more = f", … (+{len(found) - SHOWN})" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def _hidden_columns(columns: ColumnMap, t: Translator) -> str:
    hidden = [one for one in columns.columns if one.place in columns.sheet.layout.hidden_places]
    return ", ".join(one.heading or t(N_("column {number}"), number=one.place + 1) for one in hidden)


def spans(lines: Iterable[int]) -> str:
    """`3–5, 9`."""
    found: list[list[int]] = []
    for line in sorted(lines):
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)
