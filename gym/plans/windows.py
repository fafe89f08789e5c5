"""Access windows: the weekdays and hours at which a plan opens the door, in gym time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Self

from gym.plans.errors import WindowInvalid

EVERY_DAY: Final = frozenset(range(7))
DAY_NAMES: Final = (
    ("mo", "lu"),
    ("tu", "ma"),
    ("we", "mi"),
    ("th", "ju"),
    ("fr", "vi"),
    ("sa", "sá"),
    ("su", "do"),
)
"""First letters of weekdays in English and Spanish, Monday first."""
_RANGE: Final = re.compile(r"([^\W\d_]+)(?:\s*(?:-|–|to|a)\s*([^\W\d_]+))?")
_HOURS: Final = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?\s*([ap]m)?\s*(?:-|–|to|a)\s*(\d{1,2})(?:[:.h](\d{2}))?\s*([ap]m)?"
)


@dataclass(frozen=True, slots=True)
class AccessWindow:
    """Open on `weekdays` (Monday is 0) from `opens` to `closes`, the closing minute excluded."""

    weekdays: frozenset[int]
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= EVERY_DAY or self.closes <= self.opens:
            raise WindowInvalid

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> Self | None:
        """The window of a plan's column; None: always open."""
        if stored is None:
            return None
        opens, closes = time.fromisoformat(stored["from"]), time.fromisoformat(stored["until"])
        return cls(frozenset(stored["weekdays"]), opens, closes)

    def stored(self) -> dict[str, Any]:
        """What the plan's column keeps."""
        hours = {"from": f"{self.opens:%H:%M}", "until": f"{self.closes:%H:%M}"}
        return {"weekdays": sorted(self.weekdays), **hours}

    def contains(self, local: datetime) -> bool:
        """Whether the door is open at a moment in gym time."""
        return local.weekday() in self.weekdays and self.opens <= local.time() < self.closes

    def next_opening(self, local: datetime) -> datetime:
        """When it opens next, after a moment in gym time (same zone)."""
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            opening = datetime.combine(day, self.opens, tzinfo=local.tzinfo)
            if day.weekday() in self.weekdays and opening > local:
                return opening
        raise AssertionError("a window has a weekday")


def parse_window(text: str) -> AccessWindow | None:
    """A window as people write it: `mon-fri 6:00-12:00`, `sa, do 8-14`, `6am-11am`; empty is always open.

    Without weekdays every day counts. Raises `WindowInvalid`.
    """
    lowered = text.strip().lower()
    if not lowered:
        return None
    hours = _HOURS.search(lowered)
    if hours is None or hours.end() != len(lowered):
        raise WindowInvalid
    opens = _time(hours[1], hours[2], hours[3])
    closes = _time(hours[4], hours[5], hours[6])
    return AccessWindow(_weekdays(lowered[: hours.start()]), opens, closes)


def _time(hour: str, minute: str | None, half: str | None) -> time:
    number = int(hour)
    if half and not 1 <= number <= 12:
        raise WindowInvalid
    if half:
        number = number % 12 + (12 if half == "pm" else 0)
    try:
        return time(number, int(minute or 0)) if number != 24 else time(23, 59)
    except ValueError:
        raise WindowInvalid from None


def _weekdays(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in filter(None, re.split(r"[,;&]|\by\b|\band\b", text)):
        if part.strip():
            days.update(_span(part.strip()))
    return frozenset(days) or EVERY_DAY


def _span(part: str) -> Iterable[int]:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise WindowInvalid
    first = _weekday(found[1])
    last = _weekday(found[2]) if found[2] else first
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _weekday(name: str) -> int:
    for number, starts in enumerate(DAY_NAMES):
        if name[:2] in starts:
            return number
    raise WindowInvalid
