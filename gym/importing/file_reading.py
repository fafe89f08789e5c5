"""Reading of a member list with the import's choices: sheet, order of day and month, unknown columns."""

from __future__ import annotations

from collections.abc import Sequence

from gym.clients.fields.parsers import ParseContext
from gym.core.reading.conventions import Conventions
from gym.importing.errors import ImportNamesMissing, ImportUnreadable, SheetUnknown
from gym.importing.reading.columns import ColumnMap, map_columns
from gym.importing.reading.formats.files import read_sheet_file
from gym.importing.reading.formats.sheets import NotRead, Sheet
from gym.importing.reading.rows import RowReader
from gym.importing.reading.table_rows import tables_of
from gym.importing.schemas import ImportChoices, ReadSheet


def read_people(
    data: bytes, choices: ImportChoices, parse_context: ParseContext, conventions: Conventions
) -> ReadSheet:
    """Seconds of work for thousands of rows, so not for the event loop.

    Raises `ImportUnreadable`, `ImportFormatUnknown`, `ImportTooLarge`, `ImportNamesMissing`, `SheetUnknown`.
    """
    file = read_sheet_file(data)
    mapped, nameless = _mapped(file.sheets, parse_context)
    columns = _chosen(mapped, choices.sheet)
    if choices.order is not None:
        columns = columns.decided(choices.order)
    reader = RowReader(columns, parse_context, conventions, keep_unknown=choices.keep_unknown)
    others = [one.sheet.name for one in mapped if one.sheet is not columns.sheet]
    not_read = {**file.not_read, NotRead.NO_NAMES: nameless}
    return ReadSheet(columns, reader.people(), others, not_read)


def _mapped(sheets: Sequence[Sheet], parse_context: ParseContext) -> tuple[list[ColumnMap], Sequence[str]]:
    """Tables with people, and names of sheets without. Raises `ImportNamesMissing`, `ImportUnreadable`."""
    tables = [table for sheet in sheets for table in tables_of(sheet, parse_context)]
    found: list[ColumnMap] = []
    nameless: list[str] = []
    for table in tables:
        try:
            found.append(map_columns(table, parse_context))
        except ImportNamesMissing:
            if len(tables) == 1:
                raise
            nameless.append(table.name)
    filled = [one for one in found if one.rows]
    if not filled:
        raise ImportUnreadable if found else ImportNamesMissing
    return filled, nameless


def _chosen(mapped: Sequence[ColumnMap], name: str) -> ColumnMap:
    """Of that name; without one, with headings rather than without, and most people."""
    if not name:
        return max(mapped, key=lambda one: (one.headings is not None, len(one.rows)))
    for one in mapped:
        if one.sheet.name.casefold() == name.casefold():
            return one
    raise SheetUnknown(", ".join(one.sheet.name for one in mapped))
