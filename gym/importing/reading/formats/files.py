"""Files: a text file or a workbook as sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gym.importing.errors import ImportFormatUnknown, ImportTooHeavy, ImportTooLarge, ImportUnreadable
from gym.importing.reading.formats.cells import text_cell
from gym.importing.reading.formats.delimited import records
from gym.importing.reading.formats.encodings import decoded
from gym.importing.reading.formats.sheets import (
    MEGABYTE,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_ROWS,
    Sheet,
    SheetFile,
    SheetRow,
)
from gym.importing.reading.formats.workbook import read_workbook

LONGEST_LINE: Final = 500_000
"""Letters: a row as wide as the widest that is read, with a page of notes in each cell, has fewer."""
MOST_RECORDS: Final = 1_048_576
"""Lines of a sheet of Excel, which writes empty ones as well."""
_PACKED: Final = b"PK\x03\x04"
_OTHERS: Final = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"\x1f\x8b",
)
"""Old workbooks and those with a password, documents, pictures, archives."""
_MARKUP: Final = re.compile(
    r"\ufeff?\s*(?:<[!?a-z]|mime-version:|begin:vcard|\{\s*\"|\[\s*\{)", re.IGNORECASE
)
"""A page or XML that a program saved as .xls, contacts of a telephone, JSON: no table, whatever its name."""


def read_sheets(data: bytes) -> Sequence[Sheet]:
    """Every visible sheet with something in it. Raises as `read_sheet_file`."""
    return read_sheet_file(data).sheets


def read_sheet_file(data: bytes) -> SheetFile:
    """Every visible sheet with something in it, and which others there are.

    Raises `ImportUnreadable`, `ImportFormatUnknown`, `ImportTooLarge`.
    """
    if len(data) > MOST_BYTES:
        raise ImportTooHeavy(MOST_BYTES // MEGABYTE)
    if data.startswith(_OTHERS):
        raise ImportFormatUnknown
    file = read_workbook(data) if data.startswith(_PACKED) else SheetFile([_text_sheet(data)], {})
    filled = [sheet for sheet in file.sheets if sheet.rows]
    if not filled:
        raise ImportUnreadable
    return replace(file, sheets=filled)


def _text_sheet(data: bytes) -> Sheet:
    rows: list[SheetRow] = []
    cut = False
    text = decoded(data)
    if _MARKUP.match(text):
        raise ImportFormatUnknown
    if _has_endless_line(text):
        raise ImportUnreadable
    for line, fields in records(text):
        if line > MOST_RECORDS:
            raise ImportTooLarge(MOST_ROWS)
        if not fields:
            continue
        cells = tuple(map(text_cell, fields[:MOST_COLUMNS]))
        cut = cut or any(field.strip() for field in fields[MOST_COLUMNS:])
        if any(cells):
            rows.append(SheetRow(line, cells))
        if len(rows) > MOST_LINES:
            raise ImportTooLarge(MOST_ROWS)
    return Sheet("", tuple(rows), cut=cut)


def _has_endless_line(text: str) -> bool:
    """From line break to line break, as far as a line may be long: a pattern that tries each letter as the
    beginning of one took 2 s of a core for each megabyte of lines of a thousand letters."""
    start = 0
    while len(text) - start >= LONGEST_LINE:
        end = start + LONGEST_LINE
        start = max(text.rfind("\n", start, end), text.rfind("\r", start, end)) + 1
        if not start:
            return True
    return False
