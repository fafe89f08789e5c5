"""Seasons of the gym, opening hours, and the rhythm in which a member comes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Final

JOINS: Final = (2.4, 1.4, 1.05, 0.95, 1.0, 0.9, 1.15, 1.1, 1.0, 0.9, 0.75, 0.4)
"""New members by month: the January rush, the December dip."""
VISITS: Final = (1.15, 1.1, 1.02, 0.95, 1.0, 0.95, 0.98, 1.02, 1.02, 1.0, 0.95, 0.65)
"""How often members come, by month."""
WEEKDAYS: Final = (1.28, 1.25, 1.2, 1.12, 0.95, 0.75, 0.45)
"""The same by weekday, Monday first; they add up to seven."""
OPENS, CLOSES = 5, 22
SUNDAY_OPENS, SUNDAY_CLOSES = 8, 14
USUAL_HOURS: Final = {6.3: 0.35, 8.8: 0.12, 12.6: 0.1, 18.3: 0.3, 20.0: 0.13}
"""When people come, and which share of them."""
HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)})
"""Days (month, day) on which the gym is shut."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a week somebody comes, at what hour (as a fraction), and how far around it."""

    per_week: float
    hour: float
    spread: float = 0.6

    def chance(self, day: date) -> float:
        """Of coming on a day; in a full week of an ordinary month they add up to `per_week`."""
        if (day.month, day.day) in HOLIDAYS:
            return 0.0
        return self.per_week / 7 * WEEKDAYS[day.weekday()] * VISITS[day.month - 1]


def rhythm(random: Random) -> Rhythm:
    """Somebody's own."""
    usual = random.choices(list(USUAL_HOURS), list(USUAL_HOURS.values()))[0]
    return Rhythm(min(6.0, max(0.8, random.gauss(3.1, 1.1))), usual + random.gauss(0, 0.5))


def moment(day: date, hour: float, zone: tzinfo) -> datetime:
    """An instant of a day, within the hours in which the gym is open."""
    sunday = day.weekday() == 6
    opens, closes = (SUNDAY_OPENS, SUNDAY_CLOSES) if sunday else (OPENS, CLOSES)
    seconds = int(min(max(hour, opens + 0.02), closes - 0.4) * 3600)
    return datetime.combine(day, time(), zone) + timedelta(seconds=seconds)


def joining_day(random: Random, first: date, last: date, founders: float) -> date:
    """When somebody joins: a share in the first two months, the others by season."""
    days = (last - first).days
    if random.random() < founders:
        return first + timedelta(days=random.randrange(min(60, days + 1)))
    while True:
        day = first + timedelta(days=random.randrange(days + 1))
        if (day.month, day.day) not in HOLIDAYS and random.random() * max(JOINS) < JOINS[day.month - 1]:
            return day
