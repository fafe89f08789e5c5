"""Column detection of a sheet: heading row, field of each column, first row of people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gym.clients.fields.parsers import ParseContext
from gym.core.reading.durations import read_length
from gym.importing.errors import ImportNamesMissing
from gym.importing.reading.content import (
    MOST,
    Content,
    are_amounts,
    are_documents,
    are_prices,
    content_of,
    counts_rows,
    counts_up,
    is_card_number,
    is_day,
    may_be_plan_day,
    words_in,
)
from gym.importing.reading.day_orders import DayOrder, order_of
from gym.importing.reading.formats.cells import EMPTY, Cell
from gym.importing.reading.formats.sheets import Sheet, SheetRow
from gym.importing.reading.headings import NAMES, SEVERAL, Column, column_of, plain_heading
from gym.importing.reading.names import surnames_first
from gym.importing.reading.table_rows import RowAside, rows_of

PLAN_DAYS: Final = (Column.STARTS_ON, Column.ENDS_ON)
DATES: Final = (Column.BIRTH_DATE, *PLAN_DAYS)
WHOLE: Final = (Column.FULL_NAME, Column.LAST_AND_FIRST)
_MONTHLY: Final = re.compile(r"mensual\w*|mensal\w*|monthly\b")
"""Headings of plans under which small amounts are prices, not lengths."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column; `holds` is None when nobody knows: it is kept as a note, or left out, by choice."""

    place: int
    heading: str
    holds: Column | None
    order: DayOrder | None = None
    """Of the days in it, as far as they say; None asks."""

    @property
    def is_asked(self) -> bool:
        return self.holds in DATES and self.order is DayOrder.UNDECIDED


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What a sheet's columns hold, and its rows of people."""

    sheet: Sheet
    headings: SheetRow | None
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    asides: tuple[tuple[SheetRow, RowAside], ...] = ()
    """Rows that are nobody's, and why."""

    @property
    def unknown(self) -> tuple[SheetColumn, ...]:
        """With something in them."""
        return tuple(column for column in self.columns if column.holds is None)

    @property
    def undecided(self) -> tuple[SheetColumn, ...]:
        """Whose days may be read in two orders."""
        return tuple(column for column in self.columns if column.is_asked)

    def holding(self, *wanted: Column) -> tuple[SheetColumn, ...]:
        return tuple(column for column in self.columns if column.holds in wanted)

    def decided(self, order: DayOrder) -> ColumnMap:
        """With the answer to the question in which order the days stand."""
        asked = (replace(one, order=order) if one.is_asked else one for one in self.columns)
        return replace(self, columns=tuple(asked))


def map_columns(sheet: Sheet, parse_context: ParseContext) -> ColumnMap:
    """Columns by their headings, then by what stands in them. Raises `ImportNamesMissing`."""
    table = rows_of(sheet, parse_context)
    headings, rows = table.headings, table.people
    cells = {place: [row[place] for row in rows] for place in range(sheet.width)}
    named = _named(headings, cells)
    held = _by_content(_judged(named, headings, cells), cells, parse_context, headed=headings is not None)
    held = _under_one_heading(held, headings, cells, parse_context.region)
    held = _undated(_numbered(_names(held, cells, parse_context.region), cells))
    if not NAMES & set(held.values()):
        raise ImportNamesMissing
    if surnames_first(cells[place] for place, column in held.items() if column is Column.FULL_NAME):
        held = {
            place: Column.LAST_AND_FIRST if column is Column.FULL_NAME else column
            for place, column in held.items()
        }
    sums = _sums(rows, held)
    rows = tuple(row for row in rows if row not in sums)
    columns = tuple(
        SheetColumn(
            place, headings[place].text if headings else "", held[place], _order(held[place], cells[place])
        )
        for place in cells
        if held[place] is not None or any(not cell.is_nothing for cell in cells[place])
    )
    return ColumnMap(
        sheet, headings, columns, rows, (*table.asides, *((row, RowAside.TOTAL) for row in sums))
    )


def _named(headings: SheetRow | None, cells: Mapping[int, Sequence[Cell]]) -> dict[int, Column | None]:
    """By headings; of two columns with the same one, the one with something in it counts first."""
    named: dict[int, Column | None] = dict.fromkeys(cells)
    filled = {place: sum(not cell.is_nothing for cell in column) for place, column in cells.items()}
    for place in sorted(cells, key=lambda one: (not filled[one], one)):
        column = column_of((headings[place] if headings else EMPTY).text)
        if column in NAMES and filled[place] and not _has_letters(cells[place]):
            column = Column.NUMBER  # `Cliente` above the numbers of clients
        if column in WHOLE and not filled[place] and len(NAMES & set(named.values())) > 0:
            column = None  # such as a formula that nobody has computed
        if column in PLAN_DAYS and filled[place] and not any(map(_may_be_day, cells[place])):
            column = None  # `Vigencia` above states or lengths
        if column in named.values() and column not in SEVERAL:
            column = Column.OTHER_PHONE if column is Column.PHONE else None
        named[place] = column
    return named


def _has_letters(cells: Sequence[Cell]) -> bool:
    sample = [cell.text for cell in cells if not cell.is_nothing]
    return sum(any(sign.isalpha() for sign in text) for text in sample) >= len(sample) * MOST


def _judged(
    named: dict[int, Column | None], headings: SheetRow | None, cells: Mapping[int, Sequence[Cell]]
) -> dict[int, Column | None]:
    """A number called `ID` is a document if no other column is, it looks like one and does not count up.

    What is called a card and holds no numbers, such as how somebody pays, is a column that nobody knows. A
    `Mensualidad` of amounts is a price.
    """
    for place, column in named.items():
        sample = [cell for cell in cells[place] if not cell.is_nothing]
        if column is Column.CARD_NUMBER and sum(map(is_card_number, sample)) < len(sample) * MOST:
            named = named | {place: None}
        if column is Column.PLAN and _are_prices((headings[place] if headings else EMPTY).text, sample):
            named = named | {place: None if Column.PRICE in named.values() else Column.PRICE}
    if Column.DOCUMENT in named.values():
        return named
    for place, column in named.items():
        if column is Column.NUMBER and are_documents(cells[place]) and not counts_up(cells[place]):
            return named | {place: Column.DOCUMENT}
    return named


def _may_be_day(cell: Cell) -> bool:
    return may_be_plan_day(cell) and (cell.day is not None or read_length(cell.text) is None)


def _are_prices(heading: str, cells: Sequence[Cell]) -> bool:
    is_monthly = _MONTHLY.match(plain_heading(heading)) is not None
    return are_prices(cells) or (is_monthly and bool(cells) and are_amounts(cells))


def _by_content(
    named: dict[int, Column | None],
    cells: Mapping[int, Sequence[Cell]],
    parse_context: ParseContext,
    *,
    headed: bool,
) -> dict[int, Column | None]:
    """Columns by what stands in them; under an unknown heading only what cannot be mistaken."""
    held = dict(named)
    for place, column in named.items():
        if column is not None:
            continue
        found = content_of(cells[place], parse_context.region)
        kinds = {
            Content.EMAIL: Column.EMAIL,
            Content.PHONE: Column.PHONE,
            Content.DOCUMENT: Column.DOCUMENT,
        }
        guess = kinds.get(found) if found else None
        if not headed and found is Content.SMALL_NUMBER and counts_up(cells[place]):
            guess = Column.NUMBER
        if not headed and found is Content.DAY and _are_births(cells[place], parse_context):
            guess = Column.BIRTH_DATE
        if guess is Column.DOCUMENT and (headed or not are_documents(cells[place])):
            guess = None
        if guess in held.values() and guess not in SEVERAL:
            guess = Column.OTHER_PHONE if guess is Column.PHONE else None
        held[place] = guess
    return held


def _are_births(cells: Sequence[Cell], parse_context: ParseContext) -> bool:
    """Years long past."""
    years = [cell.text for cell in cells if is_day(cell)]
    old = [
        text for text in years if any(str(year) in text for year in range(1925, parse_context.today.year - 9))
    ]
    return len(old) >= len(years) * MOST


def _under_one_heading(
    held: dict[int, Column | None],
    headings: SheetRow | None,
    cells: Mapping[int, Sequence[Cell]],
    region: str,
) -> dict[int, Column | None]:
    """A heading merged over given names and surnames stands in its first cell only."""
    place = next((one for one, column in held.items() if column in WHOLE), None)
    if headings is None or place is None or place + 1 not in held or headings[place + 1]:
        return held
    beside = cells[place + 1]
    if content_of(beside, region) is not Content.WORDS or not _mostly_names(beside):
        return held
    first, last = Column.FIRST_NAME, Column.LAST_NAME
    is_reversed = held[place] is Column.LAST_AND_FIRST
    return held | ({place: last, place + 1: first} if is_reversed else {place: first, place + 1: last})


def _names(
    held: dict[int, Column | None], cells: Mapping[int, Sequence[Cell]], region: str
) -> dict[int, Column | None]:
    """A lone name column holds whole names; without any, the first columns of words do."""
    found = {column: place for place, column in held.items() if column in NAMES}
    lasts = {Column.LAST_NAME, Column.SECOND_LAST_NAME}
    if Column.FIRST_NAME in found and not lasts & set(found):
        return held | {found[Column.FIRST_NAME]: Column.FULL_NAME}
    if found:
        return held
    words = [
        place
        for place, column in held.items()
        if column is None and content_of(cells[place], region) is Content.WORDS
    ]
    if not words:
        return held
    beside = words[1] if len(words) > 1 and words[1] == words[0] + 1 else None
    whole = _mostly_several(cells[words[0]])
    if beside is None or (whole and not _mostly_names(cells[beside])):
        return held | {words[0]: Column.FULL_NAME}
    return held | {words[0]: Column.FIRST_NAME, beside: Column.LAST_NAME}


def _numbered(
    held: dict[int, Column | None], cells: Mapping[int, Sequence[Cell]]
) -> dict[int, Column | None]:
    """Numbers that count the rows can go; a member's own number or code is kept as a note, by choice."""
    return {
        place: None if column is Column.NUMBER and not counts_rows(cells[place]) else column
        for place, column in held.items()
    }


def _sums(rows: Sequence[SheetRow], held: Mapping[int, Column | None]) -> Sequence[SheetRow]:
    """Rows of amounts and nothing else: nobody is named in them."""
    amounts = (None, Column.PRICE, Column.PAID, Column.OWING, Column.NUMBER)
    return [
        row
        for row in rows
        if not any(cell.text for place, cell in enumerate(row.cells) if held.get(place) not in amounts)
        and are_amounts([cell for cell in row.cells if not cell.is_nothing])
    ]


def _undated(held: dict[int, Column | None]) -> dict[int, Column | None]:
    """Plans without a day cannot be brought forward: what is said of them is kept as notes, by choice."""
    if {Column.STARTS_ON, Column.ENDS_ON} & set(held.values()):
        return held
    said = (Column.PLAN, Column.PRICE, Column.PAID)
    return {place: None if column in said else column for place, column in held.items()}


def _mostly_several(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if not cell.is_nothing]
    return sum(words_in(cell) >= 2 for cell in filled) * 2 > len(filled)


def _mostly_names(cells: Sequence[Cell]) -> bool:
    """Surnames differ from row to row; plans and groups repeat."""
    filled = [cell.text.casefold() for cell in cells if not cell.is_nothing]
    return len(set(filled)) * 2 > len(filled)


def _order(column: Column | None, cells: Sequence[Cell]) -> DayOrder | None:
    return order_of(cells) if column in DATES else None
