"""Days as people write them, with a direction: `28/12` of a payment is past, of a start it is to come."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.core.reading.conventions import Conventions, unaccented
from gym.core.reading.durations import read_length

DAY: Final = timedelta(days=1)
FURTHEST: Final = timedelta(days=366)
"""Of a day without its year: 29 February is not meant of the year after the next."""
MONTHS: Final = (
    ("january", "enero"),
    ("february", "febrero"),
    ("march", "marzo"),
    ("april", "abril"),
    ("may", "mayo"),
    ("june", "junio"),
    ("july", "julio"),
    ("august", "agosto"),
    ("september", "septiembre", "setiembre"),
    ("october", "octubre"),
    ("november", "noviembre"),
    ("december", "diciembre"),
)
WEEKDAYS: Final = (
    ("monday", "lunes"),
    ("tuesday", "martes"),
    ("wednesday", "miercoles"),
    ("thursday", "jueves"),
    ("friday", "viernes"),
    ("saturday", "sabado"),
    ("sunday", "domingo"),
)
NEAR: Final = {
    **dict.fromkeys(("hoy", "today"), 0),
    **dict.fromkeys(("manana", "tomorrow"), 1),
    **dict.fromkeys(("pasado manana", "day after tomorrow", "the day after tomorrow"), 2),
    **dict.fromkeys(("ayer", "yesterday"), -1),
    **dict.fromkeys(("anteayer", "antier", "antes de ayer", "day before yesterday"), -2),
}
FILLERS: Final = frozenset({"de", "del", "of", "the", "el", "on", "st", "nd", "rd", "th", "o", "a", "dia"})
FIRST: Final = frozenset({"primero", "first"})
_NUMERIC: Final = re.compile(
    r"([0-9]{1,4}) ?([./-]) ?([0-9]{1,2})(?: ?\2 ?([0-9]{1,4}))?|([0-9]{1,4}) ([0-9]{1,2}) ([0-9]{1,4})"
)
_AHEAD: Final = re.compile(r"(?:en|dentro de|in|within) (.+)")
_AGO: Final = re.compile(r"hace (.+)|(.+) ago|(.+) atras")
_WEEKDAY: Final = re.compile(
    r"(?:el |on |the )?(este |this |next |coming |proximo |last |pasado )?([a-z]+)"
    r"( pasado| proximo| que viene)?"
)
_OF_MONTH: Final = re.compile(
    r"(?:el|dia|el dia|the|on the) ([0-9]{1,2})(?:st|nd|rd|th)?|([0-9]{1,2})(?:st|nd|rd|th)"
)


class DayInvalid(Invalid):
    """Text that is no day, or may mean two; `example` is in the country's order."""

    code = "day_invalid"
    message = N_("I am not sure which day that is. Write it such as {example}, or in words, such as {day}.")

    def __init__(self, example: str, day: date) -> None:
        super().__init__(example=example, day=day)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that may be meant, both inclusive; open without one."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def past(today: date) -> Days:
    return Days(last=today)


def coming(today: date) -> Days:
    return Days(first=today)


def read_day(text: str, today: date, days: Days, conventions: Conventions) -> date:
    """The day that was meant. Raises `DayInvalid`.

    What leaves out the year, or says only a weekday, is the nearest such day of `days`; what is written in
    full may lie outside: the rule that judges it says why not. Day and month stand as the country writes.
    """
    reader = _DayReader(today, days, month_first=month_first(conventions))
    found = reader.read(unaccented(text)) if len(text) <= 60 else None
    if found is None:
        raise day_invalid(today, conventions)
    return found


def day_invalid(today: date, conventions: Conventions) -> DayInvalid:
    day, month = today.day, today.month
    parts = (month, day) if month_first(conventions) else (day, month)
    return DayInvalid(f"{parts[0]}/{parts[1]}/{today.year}", today)


def month_first(conventions: Conventions) -> bool:
    """Whether the country writes the month before the day: the United States and Panama do."""
    pattern: str = conventions.locales[1].date_formats["short"].pattern
    return pattern.startswith("M")


@dataclass(frozen=True, slots=True)
class DateParts:
    """As they were written; `year` with its digits, which say whether the century is there."""

    day: int
    month: int
    year: str | None = None
    weekday: int | None = None


def read_parts(plain: str, *, month_first: bool) -> DateParts | None:
    """Day, month and perhaps year of unaccented text; whether there is such a day is not said."""
    return _numeric(plain, month_first=month_first) or _in_words(plain)


def year_of(digits: str) -> int:
    """Two digits are of this century."""
    return int(digits) + (2000 if len(digits) == 2 else 0)


def month_of(word: str) -> int | None:
    return _numbered(word, MONTHS)


def weekday_of(word: str) -> int | None:
    """0 is Monday."""
    found = _numbered(word, WEEKDAYS)
    return None if found is None else found - 1


class _DayReader:
    def __init__(self, today: date, days: Days, *, month_first: bool) -> None:
        self._today, self._days, self._month_first = today, days, month_first

    def read(self, plain: str) -> date | None:
        if plain in NEAR:
            return self._today + NEAR[plain] * DAY
        for reader in (self._away, self._on_weekday, self._of_month, self._dated):
            if (found := reader(plain)) is not None:
                return found
        return None

    def _away(self, plain: str) -> date | None:
        """`en 10 días`, `2 weeks ago`."""
        ahead, ago = _AHEAD.fullmatch(plain), _AGO.fullmatch(plain)
        words = ahead[1] if ahead else next(filter(None, ago.groups()), "") if ago else ""
        length = read_length(words)
        try:
            return length.after(self._today, 1 if ahead else -1) if length else None
        except (OverflowError, ValueError):
            return None

    def _on_weekday(self, plain: str) -> date | None:
        """`el viernes`, `next friday`, `el lunes pasado`; today's own name alone may mean two days."""
        found = _WEEKDAY.fullmatch(plain)
        weekday = weekday_of(found[2]) if found else None
        if found is None or weekday is None:
            return None
        said = f"{found[1] or ''} {found[3] or ''}".split()
        ahead = (weekday - self._today.weekday()) % 7 or 7
        after, before = self._today + ahead * DAY, self._today + (ahead - 7 or -7) * DAY
        if {"pasado", "last"} & set(said):
            return before
        if said and not {"este", "this"} & set(said):
            return after
        if ahead == 7:
            return None
        return before if self._days.holds(before) and not self._days.holds(after) else after

    def _of_month(self, plain: str) -> date | None:
        """`el 15`, of the month before, this or the next."""
        found = _OF_MONTH.fullmatch(plain)
        if found is None:
            return None
        months = [self._today.replace(day=1) + step * DAY for step in (-1, 0, 31)]
        day = int(found[1] or found[2])
        return self._nearest(filter(None, (_day(one.year, one.month, day) for one in months)))

    def _dated(self, plain: str) -> date | None:
        parts = read_parts(plain, month_first=self._month_first)
        if parts is None:
            return None
        near = [self._today.year + step for step in (-1, 0, 1)]
        years = near if parts.year is None else [year_of(parts.year)]
        found = filter(None, (_day(year, parts.month, parts.day) for year in years))
        found = (one for one in found if parts.weekday in (None, one.weekday()))
        return self._nearest(one for one in found if parts.year or abs(one - self._today) <= FURTHEST)

    def _nearest(self, candidates: Iterable[date]) -> date | None:
        """Of those that may be meant; of all when none may, so that the rule says why not."""
        found = list(candidates)
        fitting = [one for one in found if self._days.holds(one)] or found
        return min(fitting, key=lambda one: (abs(one - self._today), self._today - one), default=None)


def _numeric(plain: str, *, month_first: bool) -> DateParts | None:
    found = _NUMERIC.fullmatch(plain)
    if found is None:
        return None
    first, second, year = (found[1], found[3], found[4]) if found[1] else (found[5], found[6], found[7])
    if len(first) == 4 and year and len(year) <= 2:  # 2026-08-03
        return DateParts(int(year), int(second), first)
    if len(first) > 2 or (year and len(year) not in (2, 4)):
        return None
    day, month = (second, first) if month_first else (first, second)
    return DateParts(int(day), int(month), year)


def _in_words(plain: str) -> DateParts | None:
    """`5 de enero`, `enero 5`, `lun 3 ago 2026`, `January 5th, 2027`."""
    if not re.fullmatch(r"[a-z0-9 ,./-]+", plain):
        return None
    parts = ["1" if part in FIRST else part for part in re.findall(r"[0-9]+|[a-z]+", plain)]
    parts = [part for part in parts if part not in FILLERS]
    words = [part for part in parts if not part.isdecimal()]
    weekday = weekday_of(words[0]) if len(words) == 2 and parts[0] == words[0] else None
    if weekday is not None:
        parts, words = parts[1:], words[1:]
    numbers = [part for part in parts if part.isdecimal()]
    if len(words) != 1 or len(numbers) not in (1, 2) or (month := month_of(words[0])) is None:
        return None
    if len(numbers[0]) == 4 and len(numbers) == 2:
        numbers.reverse()
    return _parts(numbers, month, weekday)


def _parts(numbers: list[str], month: int, weekday: int | None) -> DateParts | None:
    year = numbers[1] if len(numbers) == 2 else None
    if len(numbers[0]) > 2 or (year is not None and len(year) not in (2, 4)):
        return None
    return DateParts(int(numbers[0]), month, year, weekday)


def _numbered(word: str, names: tuple[tuple[str, ...], ...]) -> int | None:
    """Of a name or its beginning from three letters on."""
    if len(word) < 3:
        return None
    fits = (any(name.startswith(word) for name in known) for known in names)
    return next((number for number, fit in enumerate(fits, 1) if fit), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year < 2200 else None
    except ValueError:
        return None
