"""Ranges of gym days and what they are compared with: months, years, leap days, days of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gym.reports.ranges import (
    Comparisons,
    DayRange,
    RangeInvalid,
    RangeName,
    compared_with,
    name_of,
    named_range,
)

MADRID = ZoneInfo("Europe/Madrid")
SANTIAGO = ZoneInfo("America/Santiago")


def days(first: str, last: str) -> DayRange:
    return DayRange(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        (RangeName.TODAY, "2026-11-30", "2026-11-30", "2026-11-30"),
        (RangeName.YESTERDAY, "2026-01-01", "2025-12-31", "2025-12-31"),
        (RangeName.THIS_WEEK, "2027-01-01", "2026-12-28", "2027-01-01"),
        (RangeName.THIS_WEEK, "2026-11-30", "2026-11-30", "2026-11-30"),
        (RangeName.LAST_MONTH, "2026-01-31", "2025-12-01", "2025-12-31"),
        (RangeName.LAST_MONTH, "2028-03-01", "2028-02-01", "2028-02-29"),
        (RangeName.THIS_MONTH, "2028-02-29", "2028-02-01", "2028-02-29"),
    ],
)
def test_each_button_asks_for_its_days(name: RangeName, today: str, first: str, last: str) -> None:
    assert named_range(name, date.fromisoformat(today)) == days(first, last)


@pytest.mark.parametrize(
    ("first", "last", "before", "year_before"),
    [
        # This month so far against the same days of the last month and of last year.
        ("2026-11-01", "2026-11-12", ("2026-10-01", "2026-10-12"), ("2025-11-01", "2025-11-12")),
        ("2026-01-01", "2026-01-12", ("2025-12-01", "2025-12-12"), ("2025-01-01", "2025-01-12")),
        # A month too short for the day gives its last one; a whole month is compared with whole months.
        ("2026-03-01", "2026-03-30", ("2026-02-01", "2026-02-28"), ("2025-03-01", "2025-03-30")),
        ("2028-03-01", "2028-03-30", ("2028-02-01", "2028-02-29"), ("2027-03-01", "2027-03-30")),
        ("2026-02-01", "2026-02-28", ("2026-01-01", "2026-01-31"), ("2025-02-01", "2025-02-28")),
        ("2028-02-01", "2028-02-29", ("2028-01-01", "2028-01-31"), ("2027-02-01", "2027-02-28")),
        ("2029-02-01", "2029-02-28", ("2029-01-01", "2029-01-31"), ("2028-02-01", "2028-02-29")),
        # A day and a week: the same weekdays.
        ("2026-11-12", "2026-11-12", ("2026-11-05", "2026-11-05"), ("2025-11-13", "2025-11-13")),
        ("2026-12-28", "2027-01-02", ("2026-12-21", "2026-12-26"), ("2025-12-29", "2026-01-03")),
        # Any other: as many days right before, and the same dates a year before.
        ("2026-11-10", "2026-12-09", ("2026-10-11", "2026-11-09"), ("2025-11-10", "2025-12-09")),
        ("2027-12-30", "2028-02-29", ("2027-10-29", "2027-12-29"), ("2026-12-30", "2027-02-28")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")),
    ],
)
def test_a_range_is_compared_with_its_like(
    first: str, last: str, before: tuple[str, str], year_before: tuple[str, str]
) -> None:
    assert compared_with(days(first, last)) == Comparisons(days(*before), days(*year_before))


def test_every_range_that_has_a_button_can_be_compared_on_every_day() -> None:
    """Two leap years and what lies between; what it is compared with ends before it begins."""
    for number in range(366 * 5):
        today = date(2027, 12, 1) + timedelta(days=number)
        for name in RangeName:
            found = named_range(name, today)
            against = compared_with(found)
            assert against.before.last < found.first
            assert against.year_before.last < found.first
            assert named_range(name_of(found, today) or name, today) == found


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (MADRID, "2026-03-29", 23),
        (MADRID, "2026-10-25", 25),
        (SANTIAGO, "2026-09-06", 23),  # midnight itself does not exist
        (SANTIAGO, "2026-04-04", 25),
    ],
)
def test_a_day_is_as_long_as_the_gyms_clock_makes_it(zone: ZoneInfo, day: str, hours: int) -> None:
    found = days(day, day)
    assert found.ends(zone) - found.begins(zone) == timedelta(hours=hours)
    assert found.begins(zone) == days("2026-01-01", day).ends(zone) - timedelta(hours=hours)


def test_a_range_ends_where_the_next_one_begins() -> None:
    month, after = days("2026-10-01", "2026-10-31"), days("2026-11-01", "2026-11-02")
    assert month.ends(MADRID) == after.begins(MADRID) == datetime(2026, 10, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(("first", "last"), [("2026-11-02", "2026-11-01"), ("2000-01-01", "2026-01-01")])
def test_no_range_goes_backwards_or_for_ever(first: str, last: str) -> None:
    with pytest.raises(RangeInvalid):
        days(first, last)


def test_days_are_counted_with_both_ends() -> None:
    assert days("2028-02-28", "2028-03-01").days == 3
