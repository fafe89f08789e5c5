"""Charts of reports: of each the one picture that answers it, from what the report says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date

from gym.core.language import N_, Translator
from gym.reports.charts.of_money import amount_of, money_chart, number_of
from gym.reports.charts.shapes import (
    Chart,
    Columns,
    Course,
    HeatCell,
    HeatMap,
    Mark,
    Point,
    Ranking,
    Tone,
)
from gym.reports.charts.titles import headline, month_label, shown_days
from gym.reports.door.terms import WEEKDAYS
from gym.reports.output.words import show_days
from gym.reports.results import Report, Row

FIRST_HOUR: Final = 6
LAST_HOUR: Final = 20
"""Shown even when nobody comes."""
MOST_RANKED: Final = 10
MOST_MONTHS: Final = 12
TONES: Final = {"new": Tone.GOOD, "back": Tone.GOOD, "left": Tone.BAD, "not_yet": Tone.QUIET}
Draft = Callable[[Report, Translator, date], Chart | None]


def chart_of_report(report: Report, t: Translator, today: date) -> Chart | None:
    """None for a report without a picture, or without anything to show."""
    draft = DRAFTS.get(report.name)
    return draft(report, t, today) if draft else None


def _coming(report: Report, t: Translator, today: date) -> Chart | None:
    found = {one.key: one for one in report.result.figures}
    marks = [
        Mark(
            t(found[key].title),
            number_of(found[key].value),
            t.show(found[key].value),
            number_of(found[key].before) or None,
            tone,
        )
        for key, tone in TONES.items()
    ]
    if not any(one.value for one in marks):
        return None
    net = found["net"].value
    if net > 0:
        title = t(N_("{count} more came than left"), count=net)
    elif net < 0:
        title = t(N_("{count} more left than came"), count=-net)
    else:
        title = t(N_("As many came as left"))
    return Columns(title, shown_days(report, t, today, is_compared=True), marks)


def _active(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("days")
    if table is None or not table.rows:
        return None
    asked = report.asked.days
    pattern = "d MMM" if asked.first.year == asked.last.year else "d MMM y"
    points = [
        Point(_day_label(row, pattern, t), number_of(row.cells[1]), t.show(row.cells[1]))
        for row in table.rows
    ]
    earlier = () if report.earlier is None else report.earlier.rows
    before = [number_of(row.cells[1]) for row in earlier]
    days = shown_days(report, t, today, is_compared=any(before))
    subtitle = t(N_("At the end of each day. {days}"), days=days)
    return Course(headline(report, "active", t, today), subtitle, points, before if any(before) else ())


def _monthly(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("plan")
    if table is None or not table.rows:
        return None
    rows = sorted(table.rows, key=lambda row: -number_of(row.cells[2]))[:MOST_RANKED]
    marks = [Mark(str(row.cells[0]), number_of(row.cells[2]), amount_of(t, row.cells[2])) for row in rows]
    subtitle = t(N_("By plan, what is active on the last day."))
    return Ranking(headline(report, "mrr", t, today), subtitle, marks)


def _hours(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("hours")
    if table is None or not table.rows:
        return None
    weekdays = {one.code: place for place, one in enumerate(WEEKDAYS)}
    counts: dict[tuple[int, int], int] = {}
    for row in table.rows:
        weekday, hour, visits = row.cells[0], row.cells[1], row.cells[2]
        counts[weekdays[getattr(weekday, "code", "")], int(number_of(hour))] = int(number_of(visits))
    (weekday, hour), most = max(counts.items(), key=lambda item: (item[1], item[0]))
    hours = [hour for _, hour in counts]
    shown = range(min(FIRST_HOUR, *hours), max(LAST_HOUR, *hours) + 1)
    rows = [
        (f"{one:02}:00", [_heat(counts.get((day, one), 0), most, t) for day in range(len(WEEKDAYS))])
        for one in shown
    ]
    title = t(
        N_("{weekday} at {hour} is the fullest hour: {count} visits"),
        weekday=t(WEEKDAYS[weekday].message),
        hour=f"{hour:02}:00",
        count=most,
    )
    short = [t(one.message)[:3] for one in WEEKDAYS]
    return HeatMap(title, show_days(t, report.asked.days, today), short, rows)


def _cohorts(report: Report, t: Translator, _: date) -> Chart | None:
    table = report.result.table("months")
    if table is None or not table.rows:
        return None
    rows = [(_month_label(row, t), _shares(row)) for row in table.rows[-MOST_MONTHS:]]
    widest = max(len(cells) for _, cells in rows)
    if not widest:
        return None
    kept = next((one for one in report.result.figures if one.key == "after3"), None)
    title = t(N_("Who stays, by the month of the first start"))
    if kept is not None:
        title = t(N_("{share} of a hundred who start are still here after 3 months"), share=round(kept.value))
    columns = [str(later) for later in range(1, widest + 1)]
    padded = [(label, [*cells, *[None] * (widest - len(cells))]) for label, cells in rows]
    shown = N_("Percent with a plan at the end of each later month. Beside each month: how many started.")
    return HeatMap(title, t(shown), columns, padded)


def _shares(row: Row) -> list[HeatCell | None]:
    found = [one for one in row.cells[2 : 2 + MOST_MONTHS] if isinstance(one, Decimal)]
    return [HeatCell(float(one) / 100, f"{round(one)}") for one in found]


def _heat(count: int, most: int, t: Translator) -> HeatCell:
    return HeatCell(count / max(1, most), t.show(count) if count else "")


def _day_label(row: Row, pattern: str, t: Translator) -> str:
    day = row.cells[0]
    assert isinstance(day, date), "the first column of the days is one"
    return format_date(day, pattern, locale=t.language)


def _month_label(row: Row, t: Translator) -> str:
    month = row.cells[0]
    assert isinstance(month, date), "the first column of cohorts is a month"
    return f"{month_label(month, t)} · {t.show(row.cells[1])}"


DRAFTS: Final[Mapping[str, Draft]] = {
    "money": money_chart,
    "coming": _coming,
    "plans": _active,
    "mrr": _monthly,
    "visits": _hours,
    "cohorts": _cohorts,
}
