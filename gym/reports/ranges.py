"""Ranges of gym days that a report is asked for, and the earlier ranges it is compared with. Pure.

Days are the gym's own: a range is two calendar days, both included, and becomes instants only in the
gym's zone.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from gym.core.clock import day_start
from gym.core.errors import Invalid
from gym.core.language import N_

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
YEAR_OF_WEEKS: Final = timedelta(days=364)
"""52 weeks: the same weekday a year before, since a Monday is compared with a Monday."""
LONGEST: Final = timedelta(days=366 * 20)
EARLIEST: Final = date(1970, 1, 1)
"""No report is asked from an earlier day: those that it is compared with lie before it, and the calendar has
a first day.
"""


class RangeName(StrEnum):
    """The ranges that have a button; any other is asked from a day to a day."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this-week"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"


class RangeInvalid(Invalid):
    """The first day after the last one, before 1970, or more than twenty years."""

    code = "range_invalid"
    message = N_("A report goes from a day since 1970 to the same or a later one, over twenty years at most.")


class RangeNotCome(Invalid):
    """The first day lies in the future."""

    code = "range_not_come"
    message = N_("None of these days has come yet.")


@dataclass(frozen=True, slots=True)
class DayRange:
    """Gym days from the first to the last, both included. Raises `RangeInvalid`."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.last - self.first <= LONGEST:
            raise RangeInvalid

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def begins(self, zone: tzinfo) -> datetime:
        """The first instant of the first day."""
        return day_start(self.first, zone)

    def ends(self, zone: tzinfo) -> datetime:
        """The first instant after the last day."""
        return day_start(self.last + DAY, zone)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The ranges whose figures stand beside those of a range."""

    before: DayRange
    year_before: DayRange


def require_has_come(days: DayRange, today: date) -> None:
    """Raises `RangeInvalid` for days before 1970, `RangeNotCome` for those to come."""
    if days.first < EARLIEST:
        raise RangeInvalid
    if days.first > today:
        raise RangeNotCome


def named_range(name: RangeName, today: date) -> DayRange:
    """A week begins on Monday; *this week* and *this month* end today."""
    match name:
        case RangeName.TODAY:
            return DayRange(today, today)
        case RangeName.YESTERDAY:
            return DayRange(today - DAY, today - DAY)
        case RangeName.THIS_WEEK:
            return DayRange(today - timedelta(days=today.weekday()), today)
        case RangeName.THIS_MONTH:
            return DayRange(today.replace(day=1), today)
        case RangeName.LAST_MONTH:
            last = today.replace(day=1) - DAY
            return DayRange(last.replace(day=1), last)


def name_of(days: DayRange, today: date) -> RangeName | None:
    """The button that asks for exactly these days; on a Monday or the 1st the shorter word."""
    return next((name for name in RangeName if named_range(name, today) == days), None)


def compared_with(days: DayRange) -> Comparisons:
    """What a range is measured against, by its shape.

    A day, and a week that begins on Monday: the same weekdays a week and 52 weeks before. Days from the
    1st within one month: the same days of the month before and of that month a year before; a whole month
    against whole months, and the 31st against the last day there is. Any other: as many days right
    before, and a year before.
    """
    if days.days == 1 or (days.first.weekday() == 0 and days.days <= WEEK.days):
        return Comparisons(_moved(days, WEEK), _moved(days, YEAR_OF_WEEKS))
    if days.first.day == 1 and _same_month(days.first, days.last):
        return Comparisons(_same_days(days, 1), _same_days(days, 12))
    before = DayRange(days.first - timedelta(days=days.days), days.first - DAY)
    return Comparisons(before, DayRange(_a_year_before(days.first), _a_year_before(days.last)))


def _moved(days: DayRange, by: timedelta) -> DayRange:
    return DayRange(days.first - by, days.last - by)


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _same_days(days: DayRange, months: int) -> DayRange:
    """From the 1st to the same day of an earlier month; the last day of a month is the last day there too."""
    year, month = divmod(days.first.year * 12 + days.first.month - 1 - months, 12)
    length = monthrange(year, month + 1)[1]
    is_whole = days.last.day == monthrange(days.last.year, days.last.month)[1]
    last = length if is_whole else min(days.last.day, length)
    return DayRange(date(year, month + 1, 1), date(year, month + 1, last))


def _a_year_before(day: date) -> date:
    """29 February has the 28th before it."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
