"""Charts of reports: of each the one picture that answers it, from what the report says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from babel.dates import format_date

from gym.core.language import N_, Translator
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
from gym.reports.door.terms import WEEKDAYS
from gym.reports.output.words import show_change, show_days, show_span, show_value
from gym.reports.results import ZERO, ColumnKind, Figure, Report, Row, Value

DAY: Final = timedelta(days=1)
FIRST_HOUR: Final = 6
LAST_HOUR: Final = 20
"""Shown even when nobody comes."""
MOST_DAYS: Final = 62
"""Two months: a day each above that is narrower than 16 pixels, and a year of them took 1.1 s to draw."""
MOST_MONTHLY: Final = 3 * 366
MOST_RANKED: Final = 10
MOST_MONTHS: Final = 12
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
TONES: Final = {"new": Tone.GOOD, "back": Tone.GOOD, "left": Tone.BAD, "not_yet": Tone.QUIET}


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
Draft = Callable[[Report, Translator, date], Chart | None]


def chart_of_report(report: Report, t: Translator, today: date) -> Chart | None:
    """None for a report without a picture, or without anything to show."""
    draft = DRAFTS.get(report.name)
    return draft(report, t, today) if draft else None


def _money(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("day")
    if table is None or not table.rows:
        return None
    interval = _interval(report)
    sums: dict[str, Decimal] = {}
    if interval is ChartInterval.DAY:  # a day without money is a gap on the axis, not a day less
        days = report.asked.days
        sums = {t.day(days.first + n * DAY, short=True): ZERO for n in range(days.days)}
    for row in table.rows:
        label, amount = _interval_label(row, interval, t), row.cells[table.main_place]
        sums[label] = sums.get(label, ZERO) + (amount if isinstance(amount, Decimal) else ZERO)
    marks = [Mark(label, max(0.0, _number(amount)), _amount(t, amount)) for label, amount in sums.items()]
    subtitle = t(INTERVALS[interval], days=show_days(t, report.asked.days, today))
    return Columns(_headline(report, "net", t), subtitle, marks)


def _interval(report: Report) -> ChartInterval:
    """The widest columns of which a phone shows each, and of which some hundred are not drawn for seconds."""
    days = report.asked.days.days
    if days <= MOST_DAYS:
        return ChartInterval.DAY
    return ChartInterval.MONTH if days <= MOST_MONTHLY else ChartInterval.YEAR


def _interval_label(row: Row, interval: ChartInterval, t: Translator) -> str:
    day = row.cells[0]
    assert isinstance(day, date), "the first column of the days is one"
    match interval:
        case ChartInterval.DAY:
            return t.day(day, short=True)
        case ChartInterval.MONTH:
            return f"{day:%m.%y}"
        case ChartInterval.YEAR:
            return f"{day:%Y}"


def _coming(report: Report, t: Translator, today: date) -> Chart | None:
    found = {one.key: one for one in report.result.figures}
    marks = [
        Mark(
            t(found[key].title),
            _number(found[key].value),
            t.show(found[key].value),
            _number(found[key].before) or None,
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
    return Columns(title, _against(report, t, today), marks)


def _active(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("days")
    if table is None or not table.rows:
        return None
    points = [Point(_day_label(row, t), _number(row.cells[1]), t.show(row.cells[1])) for row in table.rows]
    days = show_days(t, report.asked.days, today)
    return Course(_headline(report, "active", t), t(N_("At the end of each day. {days}"), days=days), points)


def _monthly(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("plan")
    if table is None or not table.rows:
        return None
    rows = sorted(table.rows, key=lambda row: -_number(row.cells[2]))[:MOST_RANKED]
    marks = [Mark(str(row.cells[0]), _number(row.cells[2]), _amount(t, row.cells[2])) for row in rows]
    return Ranking(_headline(report, "mrr", t), t(N_("By plan, what is active on the last day.")), marks)


def _hours(report: Report, t: Translator, today: date) -> Chart | None:
    table = report.result.table("hours")
    if table is None or not table.rows:
        return None
    weekdays = {one.code: place for place, one in enumerate(WEEKDAYS)}
    counts: dict[tuple[int, int], int] = {}
    for row in table.rows:
        weekday, hour, visits = row.cells[0], row.cells[1], row.cells[2]
        counts[weekdays[getattr(weekday, "code", "")], int(_number(hour))] = int(_number(visits))
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


def _headline(report: Report, key: str, t: Translator) -> str:
    """The figure and how it moved."""
    one: Figure = next(one for one in report.result.figures if one.key == key)
    told = t(N_("{title}: {value}"), title=t(one.title), value=show_value(t, one.value, one.kind))
    # Held together: a phone showed the arrow on one line and how much on the next.
    return f"{told}, {show_change(t, one, one.before).replace(' ', NO_BREAK)}" if one.before else told


def _against(report: Report, t: Translator, today: date) -> str:
    days = show_days(t, report.asked.days, today)
    if report.against is None:
        return days
    return t(N_("{days}. Pale: {before}."), days=days, before=show_span(t, report.against.before, today))


def _day_label(row: Row, t: Translator) -> str:
    day = row.cells[0]
    return t.day(day, short=True) if isinstance(day, date) else str(day)


def _month_label(row: Row, t: Translator) -> str:
    month = row.cells[0]
    assert isinstance(month, date), "the first column of cohorts is a month"
    return f"{format_date(month, 'MMM yy', locale=t.language)} · {t.show(row.cells[1])}"


def _amount(t: Translator, value: Value) -> str:
    return show_value(t, value, ColumnKind.MONEY)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | Decimal) else 0.0


DRAFTS: Final[Mapping[str, Draft]] = {
    "money": _money,
    "coming": _coming,
    "plans": _active,
    "mrr": _monthly,
    "visits": _hours,
    "cohorts": _cohorts,
}
