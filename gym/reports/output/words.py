"""Values and days of a report in one language: for a chat, a spreadsheet's text cells, a terminal. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from babel.dates import format_date

from gym.core.language import N_, Translator
from gym.core.money import as_shown
from gym.reports.ranges import DayRange, RangeName, name_of
from gym.reports.results import ColumnKind, Figure, ReportColumn, Sentence, Term, Value

NAMES: Final = {
    RangeName.TODAY: N_("Today"),
    RangeName.YESTERDAY: N_("Yesterday"),
    RangeName.THIS_WEEK: N_("This week"),
    RangeName.THIS_MONTH: N_("This month"),
    RangeName.LAST_MONTH: N_("Last month"),
}
HUNDRED: Final = Decimal(100)


def show_value(t: Translator, value: Value, kind: ColumnKind) -> str:
    """A value as the reader writes it; an empty text for none."""
    match value:
        case None:
            return ""
        case Term():
            return t(value.message)
        case int() if kind is ColumnKind.NUMBER:
            return str(value)
        case int() if kind is ColumnKind.HOUR:
            return f"{value:02}:00"
        case date() if kind is ColumnKind.MONTH:
            return format_date(value, "MMM y", locale=t.language)
        case Decimal() if kind is ColumnKind.MONEY:
            return t.money(as_shown(value, t.currency))
        case Decimal() if kind is ColumnKind.PERCENT:
            return show_percent(t, value)
        case _:
            return t.show(value)


def show_percent(t: Translator, share: Decimal) -> str:
    """Without decimals from 10 up, where nobody asks for them, and where there would be a nought."""
    digits = 0 if abs(share) >= 10 or round(share, 1) == round(share) else 1
    return t("{share} %", share=f"{round(share, digits):f}".replace(".", "," if t.language == "es" else "."))


def show_cells(t: Translator, columns: tuple[ReportColumn, ...], cells: tuple[Value, ...]) -> list[str]:
    return [show_value(t, cell, column.kind) for column, cell in zip(columns, cells, strict=True)]


def show_days(t: Translator, days: DayRange, today: date) -> str:
    """`This month: 1 Nov – 12 Nov`; one day is written once."""
    span, name = show_span(t, days, today), name_of(days, today)
    return span if name is None else t(N_("{name}: {days}"), name=t(NAMES[name]), days=span)


def show_span(t: Translator, days: DayRange, today: date) -> str:
    """The days alone, for the middle of a sentence; a single one of another year with its weekday."""
    if days.days == 1:
        return t.day(days.first, short=days.first.year == today.year)
    first, last = (
        t.day(day, short=True) if day.year == today.year else format_date(day, "d MMM y", locale=t.language)
        for day in (days.first, days.last)
    )
    return f"{first} – {last}"


def show_sentence(t: Translator, one: Sentence) -> str:
    """A finding; its amounts are computed figures."""
    values = {
        name: show_value(t, value, ColumnKind.MONEY) if isinstance(value, Decimal) else value
        for name, value in one.values.items()
    }
    return t(one.message, **values)


def change_of(value: Decimal | int, before: Decimal | int | None) -> Decimal | None:
    """By how many percent a figure moved; None where there was nothing to move from."""
    if not before:
        return None
    return (Decimal(value) - Decimal(before)) * HUNDRED / abs(Decimal(before))


def show_change(t: Translator, figure: Figure, before: Decimal | int) -> str:
    """`▲ 8 %`, `▼ 3 %`; where there was nothing before, what it was."""
    change = change_of(figure.value, before)
    if change is None:
        return show_value(t, before, figure.kind)
    if not change:
        # Not the wide sign of East Asia: the charts' font draws a box for it.
        return "="
    return f"{'▲' if change > 0 else '▼'} {show_percent(t, abs(change))}"


def as_text(value: Value) -> datetime | date | Decimal | int | str | None:
    """A value whose terms are told by their codes."""
    return value.code if isinstance(value, Term) else value
