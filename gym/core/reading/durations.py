"""Lengths of time as people write them: `10 días`, `2 semanas`, `un mes`, `una quincena`, `mensual`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from dateutil.relativedelta import relativedelta

from gym.core.reading.conventions import unaccented
from gym.core.reading.counts import read_number


class CalendarUnit(StrEnum):
    """A unit of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


WORDS: Final = {
    CalendarUnit.DAY: "d dia dias day days",
    CalendarUnit.WEEK: "w semana semanas week weeks",
    CalendarUnit.MONTH: "m mes meses month months",
    CalendarUnit.YEAR: "y ano anos year years",
}
UNIT_OF: Final = {word: unit for unit, words in WORDS.items() for word in words.split()}
WHOLE: Final = {
    **dict.fromkeys(("diario", "diaria", "daily"), (1, CalendarUnit.DAY)),
    **dict.fromkeys(("semanal", "weekly"), (1, CalendarUnit.WEEK)),
    **dict.fromkeys(("quincena", "quincenal"), (15, CalendarUnit.DAY)),
    **dict.fromkeys(("mensual", "monthly"), (1, CalendarUnit.MONTH)),
    **dict.fromkeys(("bimestre", "bimestral"), (2, CalendarUnit.MONTH)),
    **dict.fromkeys(("trimestre", "trimestral", "quarter", "quarterly"), (3, CalendarUnit.MONTH)),
    **dict.fromkeys(("semestre", "semestral"), (6, CalendarUnit.MONTH)),
    **dict.fromkeys(("anual", "annual", "yearly"), (1, CalendarUnit.YEAR)),
    "fortnight": (2, CalendarUnit.WEEK),
}
"""Words that say how many as well; a Colombian quincena has fifteen days."""
_ARTICLE: Final = re.compile(r"^(?:an?|one|una?) (?=quincena|bimestre|trimestre|semestre|quarter|fortnight)")
_LENGTH: Final = re.compile(r"(?:([0-9]{1,4}) ?|([a-z]+) )?([a-z]+)")


@dataclass(frozen=True, slots=True)
class Length:
    """So many units, from 1."""

    count: int
    unit: CalendarUnit

    def after(self, day: date, times: int = 1) -> date:
        """The day so much later; earlier with `times` -1.

        Raises `OverflowError` and `ValueError` beyond the calendar.
        """
        count = self.count * times
        match self.unit:
            case CalendarUnit.DAY:
                return day + relativedelta(days=count)
            case CalendarUnit.WEEK:
                return day + relativedelta(weeks=count)
            case CalendarUnit.MONTH:
                return day + relativedelta(months=count)
            case CalendarUnit.YEAR:
                return day + relativedelta(years=count)


def read_length(text: str) -> Length | None:
    """None when it is no length, or a number without its unit."""
    plain = _ARTICLE.sub("", unaccented(text).rstrip("."))
    if plain in WHOLE:
        return Length(*WHOLE[plain])
    found = _LENGTH.fullmatch(plain)
    unit = UNIT_OF.get(found[3]) if found else None
    if found is None or unit is None:
        return None
    word = found[1] or found[2] or ("1" if len(found[3]) > 1 else "0")
    count = read_number(word)
    return Length(count, unit) if count else None
