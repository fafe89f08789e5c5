"""Chart of money: what came in by day, month or year, the range before it pale behind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import dropwhile
from typing import Final

from gym.core.language import N_, Translator
from gym.reports.charts.shapes import Columns, Mark
from gym.reports.charts.titles import headline, month_label, shown_days
from gym.reports.output.words import show_value
from gym.reports.ranges import DayRange
from gym.reports.results import ZERO, ColumnKind, Report, Table, Value

DAY: Final = timedelta(days=1)
MOST_DAYS: Final = 62
"""Two months: a day each above that is narrower than 16 pixels, and a year of them took 1.1 s to draw."""
MOST_MONTHLY: Final = 3 * 366


class ChartInterval(StrEnum):
    """What one column of a picture stands for."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


INTERVALS: Final = {
    ChartInterval.DAY: N_("By day. {days}"),
    ChartInterval.MONTH: N_("By month. {days}"),
    ChartInterval.YEAR: N_("By year. {days}"),
}


def money_chart(report: Report, t: Translator, today: date) -> Columns | None:
    """None without money."""
    table = report.result.table("day")
    if table is None or not table.rows:
        return None
    interval = _interval(report)
    sums = _summed(table, report.asked.days, interval)
    before = list[Decimal]()
    if report.earlier is not None and report.against is not None:
        before = list(_summed(report.earlier, report.against.before, interval).values())
    is_compared = any(one > 0 for one in before)
    behind = [*before, *[ZERO] * len(sums)][: len(sums)]
    pairs = list(zip(sums.items(), behind, strict=True))
    marks = [
        Mark(
            _interval_label(first, interval, t),
            max(0.0, number_of(amount)),
            amount_of(t, amount),
            max(0.0, number_of(then)) if is_compared else None,
        )
        for (first, amount), then in dropwhile(lambda pair: _is_before_all(pair, interval), pairs)
    ]
    days = shown_days(report, t, today, is_compared=is_compared)
    return Columns(headline(report, "net", t, today), t(INTERVALS[interval], days=days), marks)


def _summed(table: Table, days: DayRange, interval: ChartInterval) -> dict[date, Decimal]:
    """Amounts by the first day of what a column stands for; without any it is a gap, not a column less."""
    sums = dict.fromkeys((_beginning(days.first + n * DAY, interval) for n in range(days.days)), ZERO)
    for row in table.rows:
        day, amount = row.cells[0], row.cells[table.main_place]
        assert isinstance(day, date), "the first column of the days is one"
        first = _beginning(day, interval)
        sums[first] = sums.get(first, ZERO) + (amount if isinstance(amount, Decimal) else ZERO)
    return sums


def _is_before_all(pair: tuple[tuple[date, Decimal], Decimal], interval: ChartInterval) -> bool:
    """A gym's years before its first need no columns."""
    return interval is not ChartInterval.DAY and not pair[0][1] and not pair[1]


def _beginning(day: date, interval: ChartInterval) -> date:
    match interval:
        case ChartInterval.DAY:
            return day
        case ChartInterval.MONTH:
            return day.replace(day=1)
        case ChartInterval.YEAR:
            return day.replace(month=1, day=1)


def _interval(report: Report) -> ChartInterval:
    """The widest columns of which a phone shows each, and of which some hundred are not drawn for seconds."""
    days = report.asked.days.days
    if days <= MOST_DAYS:
        return ChartInterval.DAY
    return ChartInterval.MONTH if days <= MOST_MONTHLY else ChartInterval.YEAR


def _interval_label(first: date, interval: ChartInterval, t: Translator) -> str:
    match interval:
        case ChartInterval.DAY:
            return t.day(first, short=True)
        case ChartInterval.MONTH:
            return month_label(first, t)
        case ChartInterval.YEAR:
            return f"{first:%Y}"


def amount_of(t: Translator, value: Value) -> str:
    """An amount in words."""
    return show_value(t, value, ColumnKind.MONEY)


def number_of(value: Value) -> float:
    """A value as a mark's height."""
    return float(value) if isinstance(value, int | Decimal) else 0.0
