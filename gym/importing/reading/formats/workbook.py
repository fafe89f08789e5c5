"""Workbooks (.xlsx): typed cells of every visible sheet, as a person sees them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from gym.core.errors import GymError
from gym.importing.errors import ImportFormatUnknown, ImportTooLarge
from gym.importing.reading.formats.cells import EMPTY, EPOCH, EPOCH_1904, Cell, serial_day, text_cell
from gym.importing.reading.formats.layout import PLAIN_LAYOUT, Merged, SheetLayout, layouts
from gym.importing.reading.formats.sheets import (
    MOST_COLUMNS,
    MOST_LINES,
    MOST_ROWS,
    NotRead,
    Sheet,
    SheetFile,
    SheetRow,
)

LARGEST_PART: Final = 200 * 1024 * 1024
"""Bytes that a part of the file may have unpacked: a small file can hold an endless one."""
MOST_SHEETS: Final = 30
Written = SheetCell | MergedCell
"""What openpyxl's stubs say of a cell that is read; in truth they are its read-only kin."""


def read_workbook(data: bytes) -> SheetFile:
    """Its visible sheets with their rows. Raises `ImportFormatUnknown`, `ImportTooLarge`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise ImportFormatUnknown
            if sum(part.file_size for part in packed.infolist()) > LARGEST_PART:
                raise ImportTooLarge(MOST_ROWS)
            found = layouts(packed)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        epoch = EPOCH_1904 if book.epoch == CALENDAR_MAC_1904 else EPOCH
        return _sheet_file(book.worksheets, found, epoch)
    except GymError:
        raise
    except Exception as broken:
        # Broken, encrypted and hand-made workbooks raise whatever zlib, zipfile, the XML parser or openpyxl
        # stumble over; no list of those types has been complete.
        raise ImportFormatUnknown from broken


def _sheet_file(
    sheets: Sequence[ReadOnlyWorksheet], found: Mapping[str, SheetLayout], epoch: date
) -> SheetFile:
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in sheets if sheet.sheet_state != "visible" and _has_something(sheet)]
    read = [_sheet(sheet, found.get(sheet.title, PLAIN_LAYOUT), epoch) for sheet in shown[:MOST_SHEETS]]
    beyond = [sheet.title for sheet in shown[MOST_SHEETS:]]
    return SheetFile(read, {NotRead.HIDDEN: hidden, NotRead.TOO_MANY: beyond})


def _has_something(sheet: ReadOnlyWorksheet) -> bool:
    """Within its first lines."""
    return any(any(cell.value is not None for cell in row) for row in islice(_written(sheet), 50))


def _written(sheet: ReadOnlyWorksheet) -> Iterable[tuple[Written, ...]]:
    """Some programs write a wrong size of the sheet, which openpyxl would believe."""
    sheet.reset_dimensions()
    return sheet.iter_rows(max_col=MOST_COLUMNS + 1)


def _sheet(sheet: ReadOnlyWorksheet, layout: SheetLayout, epoch: date) -> Sheet:
    rows: dict[int, list[Cell]] = {}
    cut = False
    for line, row in enumerate(islice(_written(sheet), MOST_LINES), 1):
        cells = [_cell(one, epoch) if one.value is not None else EMPTY for one in row[:MOST_COLUMNS]]
        cut = cut or any(one.value is not None for one in row[MOST_COLUMNS:])
        if any(cells):
            rows[line] = cells
    _fill_down(rows, layout.merged)
    kept = [SheetRow(line, _trimmed(cells)) for line, cells in rows.items()]
    return Sheet(sheet.title, tuple(kept), layout, cut)


def _fill_down(rows: Mapping[int, list[Cell]], merged: Iterable[Merged]) -> None:
    """One cell over several rows stands for each: a plan that a family shares is written once."""
    for area in merged:
        top = rows.get(area.first_line)
        if top is None or area.first_place >= len(top):
            continue
        for line in range(area.first_line + 1, min(area.last_line, MOST_LINES) + 1):
            below = rows.get(line)
            if below is not None:
                below += [EMPTY] * (area.first_place + 1 - len(below))
                below[area.first_place] = top[area.first_place]


def _trimmed(cells: list[Cell]) -> tuple[Cell, ...]:
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _cell(written: Written, epoch: date) -> Cell:
    """Ten percent are kept as 0.1, which read as an amount would be ten cents."""
    value = written.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "%" in _number_format(written):
            return Cell(f"{(Decimal(repr(value)) * 100).normalize():f}%")
        return _number_cell(value, epoch)
    return typed_cell(value)


def _number_format(written: Written) -> str:
    """Empty where a broken program names a format that the file does not have."""
    try:
        return str(written.number_format or "")
    except (IndexError, KeyError):
        return ""


def typed_cell(value: object) -> Cell:
    """A value as the spreadsheet keeps it."""
    match value:
        case None:
            return EMPTY
        case bool():
            return Cell("true" if value else "false")
        case datetime():
            return Cell(value.date().isoformat(), day=value.date())
        case date():
            return Cell(value.isoformat(), day=value)
        case int() | float():
            return _number_cell(value, EPOCH)
        case _:
            return text_cell(str(value))


def _number_cell(value: int | float, epoch: date) -> Cell:
    """As it would be typed: spreadsheets keep fifteen digits, so what is longer has lost some."""
    number = Decimal(repr(value))
    if number != number.to_integral_value():
        return Cell(f"{number:f}", number=number, serial=serial_day(f"{number:f}", epoch))
    whole = int(number)
    text = f"{number:E}" if abs(whole) >= 10**15 else str(whole)
    return Cell(text, number=Decimal(whole), serial=serial_day(text, epoch))
