"""What a report answers with: figures and typed tables, from which chat, spreadsheet and JSON are made alike.

Titles, notes and definitions are messages of the catalogue, translated where they are shown. Amounts are
Decimal, rounded to the cent by whoever computes them; a share is a Decimal from 0 to 100.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.repository import PAGE_SIZE
from gym.reports.ranges import Comparisons, DayRange

ZERO: Final = Decimal(0)


class ColumnKind(StrEnum):
    """How a value is written, in a chat and in a cell."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    NUMBER = "number"
    """Of a receipt: it is not grouped and never summed."""
    DAY = "day"
    MOMENT = "moment"
    HOUR = "hour"
    """Of a day, from 0 to 23."""
    MONTH = "month"
    """A month, by its first day."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the program's own: its stable code for JSON and its message for people."""

    code: str
    message: str


Value = str | int | Decimal | date | datetime | Term | None
"""A text is somebody's own words (a name, a bank account) and is not translated."""


class LinkKind(StrEnum):
    """What a row opens in chat."""

    CLIENT = "client"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class RowLink:
    """The card of a client, or the receipt of a payment."""

    kind: LinkKind
    id: UUID


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column of a table; `key` is its name in JSON and stays."""

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    summed: bool = False
    """Whether the table has its sum below."""
    only_in_files: bool = False
    """Left out in chats, where others may read along and no row of the trail says who has seen it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, a value for each column."""

    cells: tuple[Value, ...]
    key: str = ""
    """By which the rows behind it are asked for (22 letters at most, `row_key` of an id); empty: there
    are none.
    """
    link: RowLink | None = None


@dataclass(frozen=True, slots=True)
class LongRows:
    """Rows of a table that are too many for memory, read in its order by whoever wants them."""

    count: int
    totals: Mapping[str, Decimal | int]
    """Sums of the summed columns by their keys."""
    page: Callable[[AsyncSession, int, int], Awaitable[Sequence[Row]]]
    """Skipping so many rows, so many at most."""
    stream: Callable[[AsyncSession], AsyncIterator[Sequence[Row]]]
    """All of them, some thousand at a time, out of one cursor."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report; `key` is its name in JSON and in buttons (6 letters at most) and stays."""

    key: str
    title: str
    columns: tuple[ReportColumn, ...]
    rows: Sequence[Row]
    note: str = ""
    """What its figures mean, in words."""
    main: str = ""
    """The key of the column that a chat shows beside a row's name; the last one unless it says otherwise."""
    is_previewed: bool = True
    """Whether a report's screen shows its first rows; not where one column of them tells nothing."""
    long: LongRows | None = None
    """Where there are too many: `rows` are the first ones then."""

    @property
    def length(self) -> int:
        """How many rows there are."""
        return len(self.rows) if self.long is None else self.long.count

    @property
    def main_place(self) -> int:
        places = [place for place, one in enumerate(self.columns) if one.key == self.main]
        return places[0] if places else len(self.columns) - 1

    def total(self, place: int) -> Decimal | int:
        """The sum of a summed column; of amounts a Decimal, of counts an int."""
        if self.long is not None:
            return self.long.totals[self.columns[place].key]
        found = [row.cells[place] for row in self.rows]
        if self.columns[place].kind is ColumnKind.COUNT:
            return sum(one for one in found if isinstance(one, int))
        return sum((one for one in found if isinstance(one, Decimal)), ZERO)

    def totals(self) -> dict[str, Decimal | int]:
        """The sums of the summed columns by their keys."""
        return {one.key: self.total(place) for place, one in enumerate(self.columns) if one.summed}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that answers something; its words stand below it."""

    key: str
    title: str
    kind: ColumnKind
    value: Decimal | int
    definition: str
    behind: str = ""
    """The key by which the rows behind it are asked for; empty: there are none."""
    before: Decimal | int | None = None
    """The same figure of `Comparisons.before`."""
    year_before: Decimal | int | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding in words: a message and the values that fill it, written by their type."""

    message: str
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What one report computed for a range."""

    figures: Sequence[Figure]
    tables: Sequence[Table]
    sentences: Sequence[Sentence] = ()

    def table(self, key: str) -> Table | None:
        return next((one for one in self.tables if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: which days, and whose. `staff_id` is set where somebody may see the own day only."""

    days: DayRange
    staff_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RowsPlace:
    """Which rows of a report are asked for: those behind a row of a table, or behind a figure.

    Behind a figure the table's key is empty, and `row` is the figure's `behind`.
    """

    table: str
    row: str


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """A page of the rows behind a figure; `total` is the number of all of them, `amount` their sum if
    they have one.
    """

    table: Table
    number: int
    total: int
    amount: Decimal | None = None
    name: Value = None
    """What the row is called whose rows they are."""
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Report:
    """A computed report with what it was asked for."""

    name: str
    title: str
    definition: str
    asked: Asked
    against: Comparisons | None
    result: ReportResult
    earlier: Table | None = None
    """What its picture draws pale: the table of days of the range before."""


def row_key(key: UUID) -> str:
    """An id in 22 letters, as a row's key."""
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def id_of(key: str) -> UUID | None:
    """The id in a row's key; None for what is none."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(f"{key}=="))
    except ValueError:
        return None
