"""Access windows of a plan at the door: weekdays and hours, in gym time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Self

MIDNIGHT: Final = time(0)


@dataclass(frozen=True, slots=True)
class AccessWindow:
    """Open on `weekdays` (Monday is 0) from `opens` until just before `closes`; 00:00 closes at midnight."""

    weekdays: frozenset[int]
    opens: time
    closes: time

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> Self | None:
        """The window of a plan's column; None: always open."""
        if stored is None:
            return None
        opens, closes = time.fromisoformat(stored["from"]), time.fromisoformat(stored["until"])
        return cls(frozenset(stored["weekdays"]), opens, closes)

    def contains(self, local: datetime) -> bool:
        """Whether the door is open at a moment in gym time."""
        at = local.time()
        before_end = at < self.closes or self.closes == MIDNIGHT
        return local.weekday() in self.weekdays and self.opens <= at and before_end

    def next_opening(self, local: datetime) -> datetime | None:
        """When it opens next, after a moment in gym time; None without a weekday."""
        for ahead in range(8):
            opening = datetime.combine(local.date() + timedelta(days=ahead), self.opens, tzinfo=local.tzinfo)
            if opening.weekday() in self.weekdays and opening > local:
                return opening
        return None
