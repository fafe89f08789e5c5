"""Plans of the demo gym and their dated prices: raised every January. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from gym.attendance.checkin.windows import AccessWindow
from gym.plans.models import DurationUnit
from gym.subscriptions.periods import Period, first_period, following_period

RAISE: Final = 1.08
"""Yearly, about Colombia's inflation and minimum wage."""
ANNOUNCED: Final = (12, 15)
"""Month and day on which next year's prices are planned."""
STEP: Final = 1000
"""Prices end in three zeros."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """A plan and what it costs by year, in whole pesos."""

    name: str
    unit: DurationUnit
    count: int
    prices: dict[int, int] = field(hash=False)
    visits: int | None = None
    window: dict[str, Any] | None = field(default=None, hash=False)
    freeze_days: int = 0

    @property
    def lasting(self) -> bool:
        """A membership of a month or more: renewed, discounted, paid in parts."""
        return self.unit in (DurationUnit.MONTH, DurationUnit.YEAR) or self.visits is not None

    @property
    def access(self) -> AccessWindow | None:
        return AccessWindow.read(self.window)

    def price_on(self, day: date) -> int:
        """What a period that starts on that day costs; the last known price afterwards."""
        return self.prices.get(day.year) or self.prices[max(self.prices)]

    def first(self, start: date) -> Period:
        return first_period(start, self.unit, self.count)

    def following(self, anchor: date, ends_on: date) -> Period:
        return following_period(anchor, ends_on, self.unit, self.count)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is on sale, by what members want."""

    month: DemoPlan
    quarter: DemoPlan
    year: DemoPlan
    mornings: DemoPlan
    pack: DemoPlan
    week: DemoPlan
    day: DemoPlan

    @property
    def all(self) -> tuple[DemoPlan, ...]:
        return self.month, self.quarter, self.year, self.mornings, self.pack, self.week, self.day


WORKDAYS_9_16: Final = {"weekdays": [0, 1, 2, 3, 4], "from": "09:00", "until": "16:00"}


def catalogue(first: date, last: date) -> Catalogue:
    """The plans, with a price for each year of the history and the next."""

    def prices(amount: int) -> dict[int, int]:
        years = range(first.year, last.year + 2)
        return {year: round(amount * RAISE**number / STEP) * STEP for number, year in enumerate(years)}

    unit = DurationUnit
    return Catalogue(
        month=DemoPlan("Mensualidad", unit.MONTH, 1, prices(95_000), freeze_days=10),
        quarter=DemoPlan("Trimestre", unit.MONTH, 3, prices(255_000), freeze_days=15),
        year=DemoPlan("Anualidad", unit.YEAR, 1, prices(850_000), freeze_days=30),
        mornings=DemoPlan("Valle 9 a 16", unit.MONTH, 1, prices(70_000), window=WORKDAYS_9_16),
        pack=DemoPlan("Tiquetera 12", unit.DAY, 45, prices(84_000), visits=12),
        week=DemoPlan("Semana", unit.WEEK, 1, prices(38_000)),
        day=DemoPlan("Pase de un día", unit.DAY, 1, prices(14_000)),
    )
