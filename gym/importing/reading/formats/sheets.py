"""Sheets: rows of cells, from a text file or from one sheet of a workbook, and how large they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gym.importing.reading.formats.cells import EMPTY, Cell
from gym.importing.reading.formats.layout import PLAIN_LAYOUT, SheetLayout

MOST_ROWS: Final = 20_000
"""People in one file."""
MOST_LINES: Final = 60_000
"""Lines of a sheet that are looked at: formatted empty ones come by the million."""
MOST_COLUMNS: Final = 250
"""An attendance register has a column a day; wider ones are said to be cut."""
MEGABYTE: Final = 1024 * 1024
MOST_BYTES: Final = 20 * MEGABYTE
"""What a bot may download."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not blank; `line` is the number that a spreadsheet shows beside it."""

    line: int
    cells: tuple[Cell, ...]

    def __getitem__(self, column: int) -> Cell:
        """Rows end at their last filled cell."""
        return self.cells[column] if column < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Sheet:
    """`name` is empty for a text file."""

    name: str
    rows: tuple[SheetRow, ...]
    layout: SheetLayout = PLAIN_LAYOUT
    cut: bool = False
    """It has more than `MOST_COLUMNS` columns; those further right are not read."""

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


class NotRead(Enum):
    """Why a sheet of a file is not offered."""

    HIDDEN = "hidden"
    NO_NAMES = "no_names"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class SheetFile:
    """The sheets of a file that have something in them, and the names of those that are not read."""

    sheets: Sequence[Sheet]
    not_read: Mapping[NotRead, Sequence[str]]
