"""Parameters of a figure: the range of gym days, today, and the settings that decide who is covered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from gym.core.clock import day_start
from gym.settings.schemas import GymSettings

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FigureTerms:
    """Gym days `[first, last]`, both inclusive; nothing after `today` is counted."""

    first: date
    last: date
    today: date
    zone: str
    grace_days: int
    overlooked: Decimal
    """The largest debt that denies nobody entry."""

    @classmethod
    def of(cls, first: date, last: date, today: date, settings: GymSettings) -> Self:
        """The terms by the settings as they stand now, for days of the past too."""
        return cls(
            first, min(last, today), today, settings.timezone, settings.grace_days, settings.overlooked
        )

    def parameters(self) -> dict[str, Any]:
        """The bound parameters of a figure's statement."""
        return {
            "first": self.first,
            "last": self.last,
            "today": self.today,
            "zone": self.zone,
            "begins": day_start(self.first, ZoneInfo(self.zone)),
            "ends": day_start(self.last + DAY, ZoneInfo(self.zone)),
            "grace_days": self.grace_days,
            "overlooked": self.overlooked,
        }
