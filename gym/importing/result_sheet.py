"""Result sheet of an import (.xlsx): every row with its outcome, to be corrected and imported again."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell as WrittenCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from gym.core.language import N_, Translator
from gym.core.values.formulas import harmless
from gym.importing.reading.columns import ColumnMap
from gym.importing.reading.formats.cells import Cell, visible
from gym.importing.reading.headings import FIELD_OF, LABELS, Column
from gym.importing.schemas import ImportPreview, PreviewedRow, ReadSheet, RowOutcome

RESULTS: Final = {
    RowOutcome.MADE: N_("new"),
    RowOutcome.CHANGED: N_("registered; filled in"),
    RowOutcome.KNOWN: N_("registered already"),
    RowOutcome.REPEATED: N_("same person as row {row}"),
    RowOutcome.FAULTY: N_("not imported"),
}
"""One word for each row."""
FAULTY: Final = PatternFill("solid", fgColor="FFF2A8")
BOLD: Final = Font(bold=True)
LONGEST_TITLE: Final = 31
"""Excel's limit."""
_LABELS: Final = {row.key: row.label for row in FIELD_OF.values()} | {"plan": LABELS[Column.PLAN]}
_NOT_IN_TITLES: Final = re.compile(r"[\\*?:/\[\]\n]")


def returned_sheet(read: ReadSheet, preview: ImportPreview, t: Translator) -> bytes:
    """An .xlsx. Its two last columns are left out when it is read again."""
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet(sheet_title(read.columns.sheet.name) or t(N_("People")))
    sheet.freeze_panes = "A2"
    width = read.columns.sheet.width
    sheet.append(_headings(sheet, read.columns, t))
    lines = {row.line: row.cells for row in read.columns.rows}
    for row in preview.rows:
        sheet.append(_row(sheet, row, lines[row.row.line], width, t))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _headings(sheet: WriteOnlyWorksheet, columns: ColumnMap, t: Translator) -> list[WrittenCell]:
    names = [""] * columns.sheet.width
    for column in columns.columns:
        names[column.place] = column.heading or (t(LABELS[column.holds]) if column.holds else "")
    cells = [WriteOnlyCell(sheet, harmless(name)) for name in [*names, t(N_("Result")), t(N_("Problem"))]]
    for cell in cells:
        cell.font = BOLD
    return cells


def _row(
    sheet: WriteOnlyWorksheet, row: PreviewedRow, cells: Sequence[Cell], width: int, t: Translator
) -> list[WrittenCell]:
    """Faulty cells stand out; days stay days, all else is text, so that no number is shortened."""
    wrong = {problem.place for problem in row.row.problems}
    shown: list[WrittenCell] = []
    for place in range(width):
        cell = cells[place] if place < len(cells) else None
        written = WriteOnlyCell(sheet, harmless(cell.text) if cell else None)
        if cell is not None and cell.day is not None:
            written.value, written.number_format = datetime.combine(cell.day, time()), "yyyy-mm-dd"
        if place in wrong:
            written.fill = FAULTY
        shown.append(written)
    words = (result_words(row, t), harmless(problem_words(row, t)))
    return [*shown, *(WriteOnlyCell(sheet, text) for text in words)]


def result_words(row: PreviewedRow, t: Translator) -> str:
    """With the fields in which the gym knows something else, which stays."""
    words = t(RESULTS[row.outcome], row=row.same_as or 0)
    if not row.differs:
        return words
    kept = (t(_LABELS[field]) for field in row.differs)
    return t(N_("{result}; the gym knows another: {fields}"), result=words, fields=", ".join(kept))


def problem_words(row: PreviewedRow, t: Translator) -> str:
    """Every fault of a row, with its column before it."""
    faults = [(heading, t(fault.message, **fault.context)) for heading, fault in row.faults]
    return " · ".join(f"{heading}: {words}" if heading else words for heading, words in faults)


def sheet_title(name: str) -> str:
    """As Excel takes it; other programs let a sheet be called `Socios 2024/25`, or longer."""
    return _NOT_IN_TITLES.sub("-", visible(name)).strip("' ")[:LONGEST_TITLE].rstrip("' ")
