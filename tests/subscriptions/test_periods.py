"""Periods do not drift, whatever the month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gym.plans.models import DurationUnit
from gym.subscriptions.periods import (
    DAY,
    Period,
    add_units,
    first_period,
    following_period,
    period_end,
    period_start,
)

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
UNITS = st.sampled_from(list(DurationUnit))
COUNTS = st.integers(1, 13)


def chain(start: date, unit: DurationUnit, count: int, length: int) -> list[Period]:
    """A period and its renewals, each made from the one before it."""
    periods = [first_period(start, unit, count)]
    while len(periods) < length:
        last = periods[-1]
        periods.append(following_period(last.anchor, last.ends_on, unit, count))
    return periods


def test_a_month_that_begins_on_the_31st_comes_back_to_the_31st() -> None:
    starts = [period.starts_on for period in chain(date(2026, 1, 31), DurationUnit.MONTH, 1, 5)]
    assert starts == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_a_leap_year_gives_the_29th_of_february() -> None:
    second = chain(date(2028, 1, 31), DurationUnit.MONTH, 1, 2)[1]
    assert (second.starts_on, second.ends_on) == (date(2028, 2, 29), date(2028, 3, 30))


def test_a_year_that_begins_on_29_february_is_back_on_it_four_years_later() -> None:
    periods = chain(date(2024, 2, 29), DurationUnit.YEAR, 1, 5)
    assert periods[1].starts_on == date(2025, 2, 28)
    assert periods[4].starts_on == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("unit", "count", "ends_on"),
    [
        (DurationUnit.DAY, 1, date(2026, 8, 3)),
        (DurationUnit.WEEK, 2, date(2026, 8, 16)),
        (DurationUnit.MONTH, 1, date(2026, 9, 2)),
        (DurationUnit.YEAR, 1, date(2027, 8, 2)),
    ],
)
def test_the_last_day_is_just_before_the_next_period(unit: DurationUnit, count: int, ends_on: date) -> None:
    assert first_period(date(2026, 8, 3), unit, count).ends_on == ends_on


@given(start=DAYS, unit=UNITS, count=COUNTS, length=st.integers(1, 40))
def test_renewals_land_where_counting_from_the_anchor_lands(
    start: date, unit: DurationUnit, count: int, length: int
) -> None:
    last = chain(start, unit, count, length)[-1]
    assert last.starts_on == period_start(start, unit, count, length - 1)
    assert last.ends_on == period_end(start, unit, count, length - 1)
    assert last.anchor == start


@given(start=DAYS, plans=st.lists(st.tuples(UNITS, COUNTS), min_size=1, max_size=12))
def test_a_chain_of_any_plans_leaves_no_day_out_and_counts_none_twice(
    start: date, plans: list[tuple[DurationUnit, int]]
) -> None:
    period = first_period(start, *plans[0])
    for unit, count in plans[1:]:
        following = following_period(period.anchor, period.ends_on, unit, count)
        assert following.starts_on == period.ends_on + DAY
        assert following.ends_on >= following.starts_on
        assert following.anchor <= following.starts_on
        period = following


@given(start=DAYS, count=COUNTS, frozen=st.integers(1, 60))
def test_frozen_days_move_the_renewal_and_shorten_nothing(start: date, count: int, frozen: int) -> None:
    first = first_period(start, DurationUnit.MONTH, count)
    moved = first.ends_on + timedelta(days=frozen)
    renewed = following_period(first.anchor, moved, DurationUnit.MONTH, count)
    assert renewed.starts_on == moved + DAY
    assert renewed.ends_on >= add_units(renewed.starts_on, DurationUnit.MONTH, count) - DAY
