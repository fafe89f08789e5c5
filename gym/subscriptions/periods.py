"""Periods: which days a subscription covers. Pure calendar rules.

A chain of renewals counts from its anchor, not from the period before, so a monthly plan that began on
31 January starts again on 28 or 29 February and then on 31 March: a short month shortens nobody's chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from gym.plans.models import DurationUnit

DAY = timedelta(days=1)
MONTHS = {DurationUnit.MONTH: 1, DurationUnit.YEAR: 12}
DAYS = {DurationUnit.DAY: 1, DurationUnit.WEEK: 7}


@dataclass(frozen=True, slots=True)
class Period:
    """`[starts_on, ends_on]`, both inclusive, and the first day of the chain it belongs to."""

    starts_on: date
    ends_on: date
    anchor: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def add_units(day: date, unit: DurationUnit, count: int) -> date:
    """A day that many units later; in a month too short for it, that month's last day."""
    if unit in MONTHS:
        return day + relativedelta(months=MONTHS[unit] * count)
    return day + timedelta(days=DAYS[unit] * count)


def period_start(anchor: date, unit: DurationUnit, count: int, k: int) -> date:
    """First day of period `k` (from 0) of a chain of equal periods."""
    return add_units(anchor, unit, count * k)


def period_end(anchor: date, unit: DurationUnit, count: int, k: int) -> date:
    """Last day of period `k` (from 0) of a chain of equal periods: the day before the next one starts."""
    return period_start(anchor, unit, count, k + 1) - DAY


def first_period(start: date, unit: DurationUnit, count: int) -> Period:
    """A chain's first period."""
    return Period(start, period_end(start, unit, count, 0), anchor=start)


def following_period(anchor: date, ends_on: date, unit: DurationUnit, count: int) -> Period:
    """The period right after one that ends on `ends_on`, perhaps of another plan.

    It stays on the chain's anchor while it starts a whole number of months from it. Where frozen days or
    weeks have moved it off, the anchor's day of the month means nothing any more: a new chain begins.
    """
    start = ends_on + DAY
    if unit in DAYS:
        return Period(start, period_end(start, unit, count, 0), anchor)
    months = whole_months(anchor, start)
    if months is None:
        return first_period(start, unit, count)
    return Period(start, anchor + relativedelta(months=months + MONTHS[unit] * count) - DAY, anchor)


def whole_months(anchor: date, day: date) -> int | None:
    """How many months after the anchor a day is, or none if it is not a whole number of them."""
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    return months if months >= 0 and anchor + relativedelta(months=months) == day else None
