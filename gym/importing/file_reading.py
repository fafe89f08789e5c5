"""Reading of a member list with the import's choices: sheet, order of day and month, unknown columns."""

from __future__ import annotations

from collections.abc import Sequence

from gym.clients.fields.parsers import ParseContext
from gym.core.reading.conventions import Conventions
from gym.importing.errors import ImportNamesMissing, ImportUnreadable, SheetUnknown
from gym.importing.reading.columns import ColumnMap, map_columns
from gym.importing.reading.formats.files import read_sheets
from gym.importing.reading.formats.sheets import Sheet
from gym.importing.reading.rows import RowReader
from gym.importing.schemas import ImportChoices, ReadSheet


def read_people(
    data: bytes, choices: ImportChoices, parse_context: ParseContext, conventions: Conventions
) -> ReadSheet:
    """Seconds of work for thousands of rows, so not for the event loop.

    Raises `ImportUnreadable`, `ImportFormatUnknown`, `ImportTooLarge`, `ImportNamesMissing`, `SheetUnknown`.
    """
    sheets = read_sheets(data)
    mapped = _mapped(sheets, parse_context)
    columns = _chosen(mapped, choices.sheet)
    if choices.order is not None:
        columns = columns.decided(choices.order)
    reader = RowReader(columns, parse_context, conventions, keep_unknown=choices.keep_unknown)
    others = [one.sheet.name for one in mapped if one.sheet is not columns.sheet]
    return ReadSheet(columns, reader.people(), others)


def _mapped(sheets: Sequence[Sheet], parse_context: ParseContext) -> list[ColumnMap]:
    """Sheets with people. Raises `ImportNamesMissing`, `ImportUnreadable`."""
    found: list[ColumnMap] = []
    for sheet in sheets:
        try:
            found.append(map_columns(sheet, parse_context))
        except ImportNamesMissing:
            if len(sheets) == 1:
                raise
    filled = [one for one in found if one.rows]
    if not filled:
        raise ImportUnreadable if found else ImportNamesMissing
    return filled


def _chosen(mapped: Sequence[ColumnMap], name: str) -> ColumnMap:
    """Of that name; without one, with headings rather than without, and most people."""
    if not name:
        return max(mapped, key=lambda one: (one.headings is not None, len(one.rows)))
    for one in mapped:
        if one.sheet.name.casefold() == name.casefold():
            return one
    raise SheetUnknown(", ".join(one.sheet.name for one in mapped))
