"""Rows of a sheet: headings, people, and what is neither; tables beside and below each other, parted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final

from openpyxl.utils import get_column_letter

from gym.clients.fields.parsers import ParseContext
from gym.core.reading.conventions import unaccented
from gym.importing.reading.content import is_day, is_document, is_phone
from gym.importing.reading.formats.cells import EMPTY, Cell
from gym.importing.reading.formats.sheets import Sheet, SheetRow
from gym.importing.reading.headings import NAMES, Column, column_of, plain_heading

FIRST_LINES: Final = 25
"""Rows among which the one with the headings is looked for; titles and dates stand above it."""
_DIGIT: Final = re.compile("[0-9]")
DATA_DIGITS: Final = 6
"""Digits that no heading has, and the document or phone of most people: every row is asked, so fast."""
WIDE: Final = 3
"""Columns from which a row with one filled cell may be a title instead of a person."""
_FOOT: Final = re.compile(
    r"(?:(?:gran |grand |sub ?)?total(?:es|s)?|subtotal|suma|sum|cantidad|promedio|average|count)\b.*"
    r"|(?:pagina|pag|page|hoja) [0-9]+.*|(?:elaborado|realizado|actualizado|impreso|generado|revisado) .*"
    r"|(?:fecha de (?:impresion|corte|actualizacion)|printed|updated|firma|signature)\b.*|son [0-9]+ .*"
)
_SECTION: Final = re.compile(
    r"(?:clientes?|soci[oa]s|afiliad[oa]s|miembros|usuari[oa]s|alumn[oa]s|members|clients|customers|lista(?:do)?"
    r"|activ[oa]s?|inactiv[oa]s?|morosos|vencid[oa]s|retirad[oa]s|nuev[oa]s|antigu[oa]s|pendientes|congelad[oa]s"
    r"|active|inactive|expired|frozen|new|old|hombres|mujeres|damas|caballeros|men|women|ninos|ninas|kids"
    r"|manana|tarde|noche|morning|evening|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre"
    r"|octubre|noviembre|diciembre|january|february|march|april|june|july|august|september|october|november"
    r"|december|grupo|group|turno|sede|mes|plan|mensual(?:es)?|trimestral(?:es)?|anual(?:es)?|de|del|la|los|y|and"
    r"|of|the|[0-9]{1,4}|[a-c]|/|-)"
)
"""Words that only titles are made of."""


class RowAside(Enum):
    """Why a row is nobody's."""

    ABOVE = "above"
    TITLE = "title"
    HEADINGS_AGAIN = "headings_again"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of one table; a line drawn with signs is in none of them."""

    headings: SheetRow | None
    people: tuple[SheetRow, ...]
    asides: tuple[tuple[SheetRow, RowAside], ...]


def rows_of(sheet: Sheet, parse_context: ParseContext) -> TableRows:
    """Headings, people below them, and the rows that are neither."""
    headings = headings_of(sheet, parse_context)
    start = sheet.rows.index(headings) + 1 if headings else 0
    again = _words(headings) if headings else None
    people: list[SheetRow] = []
    asides = [(row, RowAside.ABOVE) for row in sheet.rows[: max(start - 1, 0)] if not _is_blank(row)]
    for row in sheet.rows[start:]:
        if _is_blank(row):
            continue
        aside = RowAside.HEADINGS_AGAIN if _words(row) == again else _aside(sheet, row)
        if aside is None:
            people.append(row)
        else:
            asides.append((row, aside))
    return TableRows(headings, tuple(people), tuple(asides))


def headings_of(sheet: Sheet, parse_context: ParseContext) -> SheetRow | None:
    """The row that names most columns and holds nothing that a person's row would."""
    best, most = None, 0
    for place, row in enumerate(sheet.rows[:FIRST_LINES]):
        known = _known(sheet, place, parse_context)
        filled = sum(map(bool, row.cells))
        if len(known) > most and (len(known) > 1 or filled == 1 or NAMES & known):
            best, most = row, len(known)
    if best is not None and most == 1 and sum(map(bool, best.cells)) == 1 and sheet.width > 1:
        return None  # one known word above several columns: `Clientes` over a list without headings
    return best


def tables_of(sheet: Sheet, parse_context: ParseContext) -> Sequence[Sheet]:
    """The tables of a sheet, beside or below each other; one alone is the sheet as it is."""
    below = _below(sheet, parse_context)
    return [beside for table in below for beside in _beside(table, parse_context)]


def _below(sheet: Sheet, parse_context: ParseContext) -> Sequence[Sheet]:
    """Each with headings of its own; two rows of headings without a person between them are one table's."""
    begins: list[int] = []
    words: set[tuple[str, ...]] = set()
    last = -1
    for place, row in enumerate(sheet.rows):
        known = _known(sheet, place, parse_context)
        if len(known) < 2 or not NAMES & known:
            continue
        if _words(row) not in words and not (begins and _is_right_below(sheet, last, place)):
            begins.append(_with_title(sheet, place) if begins else 0)
        words.add(_words(row))
        last = place
    if len(begins) < 2:
        return [sheet]
    parts = [sheet.rows[start:end] for start, end in pairwise([*begins, len(sheet.rows)])]
    return [replace(sheet, name=_name(sheet, rows), rows=rows) for rows in parts]


def _is_right_below(sheet: Sheet, last: int, place: int) -> bool:
    return all(_is_blank(row) for row in sheet.rows[last + 1 : place])


def _name(sheet: Sheet, rows: Sequence[SheetRow]) -> str:
    """The sheet's, and the lines, as a spreadsheet shows them."""
    return f"{sheet.name} {rows[0].line}–{rows[-1].line}".strip()


def _with_title(sheet: Sheet, place: int) -> int:
    """Titles right above headings belong to them."""
    while place > 1 and sum(map(bool, sheet.rows[place - 1].cells)) == 1:
        place -= 1
    return place


def _beside(sheet: Sheet, parse_context: ParseContext) -> Sequence[Sheet]:
    """Parted by an empty column, with names in the headings on both sides."""
    headings = headings_of(sheet, parse_context)
    if headings is None:
        return [sheet]
    body = sheet.rows[sheet.rows.index(headings) :]
    gaps = [place for place in range(1, sheet.width) if not any(row[place] for row in body)]
    edges = [-1, *gaps, sheet.width]
    starts = [gap + 1 for gap, end in pairwise(edges) if _has_names(headings.cells[gap + 1 : end])]
    if len(starts) < 2:
        return [sheet]
    return [_only(sheet, start, end) for start, end in pairwise([0, *starts[1:], sheet.width])]


def _has_names(cells: Sequence[Cell]) -> bool:
    return bool(NAMES & {column_of(cell.text) for cell in cells})


def _only(sheet: Sheet, start: int, end: int) -> Sheet:
    """The columns from `start` to before `end`, in their places."""
    cut = [replace(row, cells=(*[EMPTY] * start, *row.cells[start:end])) for row in sheet.rows]
    letters = f"{get_column_letter(start + 1)}–{get_column_letter(end)}"
    return replace(
        sheet, name=f"{sheet.name} {letters}".strip(), rows=tuple(row for row in cut if any(row.cells))
    )


def _known(sheet: Sheet, place: int, parse_context: ParseContext) -> set[Column | None]:
    """Columns that a row of headings names; none for a row of something else.

    A third of its cells has to be known, or one that names people and stands there once: twelve months beside
    a name are twelve columns that nobody knows.
    """
    row = sheet.rows[place]
    if any(len(_DIGIT.findall(cell.text)) >= DATA_DIGITS for cell in row.cells):
        return set()
    known = {column_of(cell.text) for cell in row.cells} - {None, Column.NUMBER}
    filled = sum(map(bool, row.cells))
    if not known or any(_is_data(cell, parse_context) for cell in row.cells):
        return set()
    return known if len(known) * 3 >= filled or _names_once(sheet, place) else set()


def _names_once(sheet: Sheet, place: int) -> bool:
    """Whether a cell of the row is a heading of names that people stand below, and no other row says so."""
    words = _words(sheet.rows[place])
    for column, cell in enumerate(sheet.rows[place].cells):
        if column_of(cell.text) in NAMES:
            alike = (row for row in sheet.rows if row[column].text == cell.text)
            return place + 1 < len(sheet.rows) and all(_words(row) == words for row in alike)
    return False


def _is_data(cell: Cell, parse_context: ParseContext) -> bool:
    return bool(cell) and (
        is_day(cell) or is_phone(cell, parse_context.region) or is_document(cell) or "@" in cell.text
    )


def _aside(sheet: Sheet, row: SheetRow) -> RowAside | None:
    """A total or a line of the printer's; or a title between people, which stands alone in its row."""
    filled = [cell for cell in row.cells if not cell.is_nothing]
    first = unaccented(filled[0].text)
    plain = plain_heading(first)
    if _FOOT.fullmatch(plain) and (plain.split(" ")[0] in _SUMS or len(filled) < WIDE):
        return RowAside.TOTAL
    if len(filled) > 1 or sheet.width < WIDE:
        return None
    if not any(sign.isalpha() for sign in plain):
        return None
    wide = any(
        one.first_line == row.line and one.last_place - one.first_place >= WIDE - 1
        for one in sheet.layout.merged
    )
    words = plain.split()
    is_title = wide or (bool(words) and all(_SECTION.fullmatch(word) for word in words))
    return RowAside.TITLE if is_title else None


_SUMS: Final = frozenset({"total", "totales", "totals", "subtotal", "suma", "sum", "gran", "grand"})
"""How a row of sums begins, however many cells it has."""


def _is_blank(row: SheetRow) -> bool:
    return all(cell.is_nothing for cell in row.cells)


def _words(row: SheetRow) -> tuple[str, ...]:
    return tuple(plain_heading(cell.text) for cell in row.cells)
