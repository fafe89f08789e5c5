"""Titles and subtitles of charts: the figure that answers, how it moved and against which days. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date

from gym.core.language import N_, Translator
from gym.reports.output.words import change_of, show_days, show_percent, show_span, show_value
from gym.reports.ranges import DAY, DayRange
from gym.reports.results import Report

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
LEAST: Final = Decimal("0.05")
"""Percent that are written as 0.0."""


def headline(report: Report, key: str, t: Translator, today: date) -> str:
    """The figure, and by how much it is more or less than in the days before, which it names."""
    one = next(one for one in report.result.figures if one.key == key)
    told = t(N_("{title}: {value}"), title=t(one.title), value=show_value(t, one.value, one.kind))
    change = change_of(one.value, one.before)
    if change is None or report.against is None:
        return told
    before = before_name(t, report.asked.days, report.against.before, today)
    # Held together: a phone showed the number on one line and its sign on the next.
    share = show_percent(t, abs(change)).replace(" ", NO_BREAK)
    if abs(change) < LEAST:
        return t(N_("{told}, as much as {before}"), told=told, before=before)
    if change > 0:
        return t(N_("{told}, {share} more than {before}"), told=told, share=share, before=before)
    return t(N_("{told}, {share} less than {before}"), told=told, share=share, before=before)


def before_name(t: Translator, days: DayRange, before: DayRange, today: date) -> str:
    """Days that others are compared with: a whole month by its name, as many days before by how many."""
    first, last = before.first, before.last
    if first.day == 1 and last == first.replace(day=monthrange(first.year, first.month)[1]):
        return format_date(first, "LLLL" if first.year == today.year else "LLLL y", locale=t.language)
    if days.days == before.days > 1 and days.first - last == DAY:
        return t.plural("the {count} day before", "the {count} days before", before.days)
    return show_span(t, before, today)


def shown_days(report: Report, t: Translator, today: date, *, is_compared: bool) -> str:
    """The days of a chart, and those that stand pale behind them."""
    days = show_days(t, report.asked.days, today)
    if report.against is None or not is_compared:
        return days
    return t(N_("{days}. Pale: {before}."), days=days, before=show_span(t, report.against.before, today))


def month_label(day: date, t: Translator) -> str:
    """A month on an axis, such as `Feb ’26`."""
    return f"{format_date(day, 'LLL', locale=t.language).rstrip('.')} ’{day:%y}"
