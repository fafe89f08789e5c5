"""Periods, freezes and closings of the simulated gym: days that are counted one by one."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass
class Freeze:
    """Days on which one plan rests; without `ends` until the client returns."""

    starts: date
    ends: date | None

    def holds(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass
class Closing:
    """Days on which the whole gym is shut."""

    starts: date
    ends: date
    called_off: bool = False

    @property
    def days(self) -> set[date]:
        return set() if self.called_off else set(days_between(self.starts, self.ends))


def days_between(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + number * DAY for number in range((last - first).days + 1)]


def last_day(starts: date, usable: int, freezes: Sequence[Freeze], closed: Collection[date]) -> date:
    """The day on which the last of the usable days is used; nothing moves it while the return is open."""
    lasting = next((one.starts for one in freezes if one.ends is None), date.max)
    day, left = starts - DAY, usable
    while left:
        day += DAY
        shut = day in closed and day < lasting
        left -= not (shut or any(one.ends is not None and one.holds(day) for one in freezes))
    return day


def add_months(day: date, months: int) -> date:
    """In a month too short for the day, that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_since(anchor: date, day: date) -> int:
    """Calendar months, whatever the days in them."""
    return (day.year - anchor.year) * 12 + day.month - anchor.month


def birthday(born: date, year: int) -> date:
    """Who was born on 29 February has it on the 28th in other years."""
    if (born.month, born.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return born.replace(year=year)
