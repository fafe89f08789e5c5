"""Shared form steps of a freeze: its first day, and its last day or length."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.forms.answers import read_coming_day, read_day
from bot.forms.definition import Choice, FormContext, Step
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.core.reading.counts import DAYS, read_count
from gym.core.reading.days import Days
from gym.core.reading.durations import CalendarUnit, Length, read_length
from gym.subscriptions.freezes.errors import FreezeBackwards, FreezeTooLong
from gym.subscriptions.freezes.rules import LONGEST

DAY: Final = timedelta(days=1)
LENGTHS: Final = (1, 2, 3, 7, 14, 30)
OPEN: Final = "open"
"""The value of `until` for "until they return", in place of a last day."""


def read_until(text: str, ctx: FormContext) -> str:
    """A last day, or how long: `10`, `10 days`, `2 weeks`.

    Raises `DayInvalid`, `FreezeBackwards`, `FreezeTooLong`.
    """
    starts_on = ctx.value("starts_on", date)
    last = _after(text, starts_on) or read_day(text, ctx, Days(first=starts_on))
    if last < starts_on:
        raise FreezeBackwards(starts_on)
    return last.isoformat()


def _after(text: str, starts_on: date) -> date | None:
    """The last day of a length; a bare number counts days."""
    count = read_count(text, DAYS)
    length = read_length(text) if count is None else Length(count, CalendarUnit.DAY)
    if length is None:
        return None
    if length.count > LONGEST:
        raise FreezeTooLong(LONGEST)
    return length.after(starts_on) - DAY


def last_day(ctx: FormContext) -> date | None:
    """The chosen last day; None for "until they return"."""
    chosen = ctx.value("until", str)
    return None if chosen == OPEN else date.fromisoformat(chosen)


async def first_days(ctx: FormContext) -> Sequence[Choice]:
    """The first two days on which the freeze may begin, by the bounds that the form was opened with."""
    today, first = ctx.context.today, ctx.maybe("first", date) or ctx.context.today
    possible = Days(first, ctx.maybe("last_start", date))
    if first > today + DAY:
        return [Choice(first, ctx.t("The first day, {day}", day=first))]
    near = {today: ctx.t("Today"), today + DAY: ctx.t("Tomorrow")}
    return [Choice(day, label) for day, label in near.items() if possible.holds(day)]


def lengths(ctx: FormContext, most: int | None, *, shortest: int = 3) -> list[Choice]:
    """Usual lengths from the chosen first day that are below `most` days, and `most` itself."""
    starts_on = ctx.value("starts_on", date)
    allowed = [days for days in LENGTHS if days >= shortest and (most is None or days < most)]
    return [_length(ctx.t, starts_on, days) for days in (*allowed, *([most] if most else []))]


def _length(t: HtmlTranslator, starts_on: date, days: int) -> Choice:
    last = starts_on + (days - 1) * DAY
    label = t.plural("{count} day, until {last}", "{count} days, until {last}", days, last=last)
    return Choice(last.isoformat(), label)


def show_until(ctx: FormContext, value: str) -> str:
    return ctx.t("until they return") if value == OPEN else ctx.t.day(date.fromisoformat(value))


START = Step(
    "starts_on",
    N_("First day"),
    N_("From which day? Choose or type one, such as 24 December or Friday."),
    choices=first_days,
    parse=read_coming_day,
    columns=2,
    resets=("until",),
)
