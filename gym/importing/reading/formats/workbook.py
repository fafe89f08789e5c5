"""Workbooks (.xlsx): typed cells of every sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from gym.core.errors import GymError
from gym.importing.errors import ImportFormatUnknown, ImportTooLarge
from gym.importing.reading.formats.cells import EMPTY, Cell, text_cell
from gym.importing.reading.formats.sheets import MOST_COLUMNS, MOST_LINES, MOST_ROWS, Sheet, SheetRow

LARGEST_PART: Final = 200 * 1024 * 1024
"""Bytes that a part of the file may have unpacked: a small file can hold an endless one."""
MOST_SHEETS: Final = 30


def read_workbook(data: bytes) -> list[Sheet]:
    """Its visible sheets with their rows. Raises `ImportFormatUnknown`, `ImportTooLarge`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise ImportFormatUnknown
            if sum(part.file_size for part in packed.infolist()) > LARGEST_PART:
                raise ImportTooLarge(MOST_ROWS)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:MOST_SHEETS]
        return [Sheet(sheet.title, _rows(_values(sheet))) for sheet in shown]
    except GymError:
        raise
    except Exception as broken:
        # Broken, encrypted and hand-made workbooks raise whatever zlib, zipfile, the XML parser or openpyxl
        # stumble over; no list of those types has been complete.
        raise ImportFormatUnknown from broken


def _values(sheet: ReadOnlyWorksheet) -> Iterable[tuple[object, ...]]:
    """Some programs write a wrong size of the sheet, which openpyxl would believe."""
    sheet.reset_dimensions()
    return sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)


def _rows(values: Iterable[tuple[object, ...]]) -> tuple[SheetRow, ...]:
    rows: list[SheetRow] = []
    for line, row in enumerate(islice(values, MOST_LINES), 1):
        cells = [typed_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(SheetRow(line, tuple(cells)))
    return tuple(rows)


def typed_cell(value: object) -> Cell:
    """A value as the spreadsheet keeps it."""
    match value:
        case None:
            return EMPTY
        case bool():
            return Cell("1" if value else "0")
        case datetime():
            return Cell(value.date().isoformat(), day=value.date())
        case date():
            return Cell(value.isoformat(), day=value)
        case int() | float():
            return _number_cell(value)
        case _:
            return text_cell(str(value))


def _number_cell(value: int | float) -> Cell:
    """As it would be typed: spreadsheets keep fifteen digits, so what is longer has lost some."""
    number = Decimal(repr(value))
    if number != number.to_integral_value():
        return Cell(f"{number:f}", number=number)
    whole = int(number)
    return Cell(f"{number:E}" if abs(whole) >= 10**15 else str(whole), number=Decimal(whole))
