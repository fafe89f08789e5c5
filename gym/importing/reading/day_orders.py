"""Order of day and month in a column, from its own days; else it has to be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from gym.importing.reading.formats.cells import Cell, without_time

_TWO: Final = re.compile(r"([0-9]{1,2})[ ./-]([0-9]{1,2})[ ./-](?:[0-9]{2}|[0-9]{4})")


class DayOrder(StrEnum):
    """How `3/8/1990` is read."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    UNDECIDED = "undecided"
    """It may be either, for every cell of the column."""


def order_of(cells: Sequence[Cell]) -> DayOrder | None:
    """None when no cell hangs on it."""
    pairs = [(int(found[1]), int(found[2])) for cell in cells if (found := _written(cell))]
    if not any(first != second for first, second in pairs):
        return None
    days_first = sum(first > 12 >= second for first, second in pairs)
    months_first = sum(second > 12 >= first for first, second in pairs)
    if days_first == months_first:
        return DayOrder.UNDECIDED
    return DayOrder.DAY_FIRST if days_first > months_first else DayOrder.MONTH_FIRST


def _written(cell: Cell) -> re.Match[str] | None:
    return None if cell.day else _TWO.fullmatch(without_time(cell.text).strip())
