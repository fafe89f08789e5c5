"""The chart of one gym day: visits by the hour, the same weekday a week before behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from gym.core.language import N_, Translator
from gym.reports.charts.shapes import Columns, Mark
from gym.reports.digest import DayInNumbers, DoorHour

FIRST_HOUR: Final = 6
LAST_HOUR: Final = 20
"""Hours that are shown even when nobody comes."""
WEEK: Final = timedelta(days=7)


def chart_of_day(found: DayInNumbers, t: Translator) -> Columns:
    """Whether the day was fuller than a week before, and in which hours."""
    hours, before = _by_hour(found.hours), _by_hour(found.before)
    shown = range(min([FIRST_HOUR, *hours, *before]), max([LAST_HOUR, *hours, *before]) + 1)
    marks = [
        Mark(str(hour), hours.get(hour, 0), t.show(hours.get(hour, 0)), before.get(hour) or None)
        for hour in shown
    ]
    then = t.day(found.day - WEEK)
    subtitle = t(N_("By the hour. Pale: {day}."), day=then) if before else t(N_("By the hour."))
    return Columns(_title(found, sum(hours.values()), sum(before.values()), t), subtitle, marks)


def _title(found: DayInNumbers, visits: int, before: int, t: Translator) -> str:
    day, more = t.day(found.day), t.show(abs(visits - before))
    if not before:
        return t.plural("{day}: {count} visit", "{day}: {count} visits", visits, day=day)
    if visits == before:
        return t.plural(
            "{day}: {count} visit, as many as a week before",
            "{day}: {count} visits, as many as a week before",
            visits,
            day=day,
        )
    if visits > before:
        return t.plural(
            "{day}: {count} visit, {more} more than a week before",
            "{day}: {count} visits, {more} more than a week before",
            visits,
            day=day,
            more=more,
        )
    return t.plural(
        "{day}: {count} visit, {more} fewer than a week before",
        "{day}: {count} visits, {more} fewer than a week before",
        visits,
        day=day,
        more=more,
    )


def _by_hour(hours: Sequence[DoorHour]) -> dict[int, int]:
    return {one.hour: one.visits for one in hours if one.visits}
