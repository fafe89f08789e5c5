"""The book's own calendar and arithmetic, written from the gym's rules and from nothing of the gym's code."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Final

DAY: Final = timedelta(days=1)
Resting = Callable[[date], bool]


class Unit(StrEnum):
    """What a plan's length is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


DAYS: Final = {Unit.DAY: 1, Unit.WEEK: 7}
MONTHS: Final = {Unit.MONTH: 1, Unit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Length:
    """So many units."""

    count: int
    unit: Unit

    def end(self, first: date) -> date:
        """The last day of a period that begins a chain."""
        if self.unit in DAYS:
            return first + (self.count * DAYS[self.unit] - 1) * DAY
        return months_later(first, self.count * MONTHS[self.unit]) - DAY


@dataclass(frozen=True, slots=True)
class Span:
    """A period and the first day of its chain."""

    first: date
    last: date
    anchor: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Hours:
    """When a plan opens the door, in gym time; Monday is 0, and it closes just before `until`."""

    weekdays: frozenset[int]
    opens: time
    until: time

    def open_at(self, local: datetime) -> bool:
        return local.weekday() in self.weekdays and self.opens <= local.time() < self.until


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last one that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_span(first: date, length: Length) -> Span:
    return Span(first, length.end(first), first)


def next_span(anchor: date, ended: date, length: Length) -> Span:
    """The period after one that ended, still counted from the anchor where whole months lead there."""
    first = ended + DAY
    if length.unit in DAYS:
        return Span(first, length.end(first), anchor)
    passed = months_between(anchor, first)
    if passed is None:
        return first_span(first, length)
    last = months_later(anchor, passed + length.count * MONTHS[length.unit]) - DAY
    return Span(first, last, anchor)


def months_between(anchor: date, day: date) -> int | None:
    """How many months lead from the anchor exactly to a day, if any number does."""
    months = 0
    while months_later(anchor, months) < day:
        months += 1
    return months if months_later(anchor, months) == day else None


def last_usable(first: date, usable: int, resting: Resting) -> date:
    """The day on which so many days were usable, counted from the first one on."""
    day = first
    while True:
        usable -= not resting(day)
        if usable <= 0:
            return day
        day += DAY


def down_to(amount: Fraction | int, smallest: int) -> int:
    """What is left to pay of a computed amount: the next lower one that can be paid with coins."""
    return floor(amount / Fraction(smallest)) * smallest


def up_to(amount: Fraction | int, smallest: int) -> int:
    """What is given of a computed amount: the next higher one that can be paid with coins."""
    return ceil(amount / Fraction(smallest)) * smallest
