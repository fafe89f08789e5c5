"""Parser and validation of access windows: weekdays and hours, in gym time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from typing import Any, Final

from gym.plans.errors import WindowInvalid

EVERY_DAY: Final = frozenset(range(7))
MIDNIGHT: Final = time(0)
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


def parse_window(text: str) -> dict[str, Any] | None:
    """`mon-fri 6:00-12:00`, `sa, do 8-14`, `6am-11am`, `lun a vie 18-24`; empty is always open.

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
    weekdays = sorted(_weekdays(lowered[: hours.start()]))
    return checked_window({"weekdays": weekdays, "from": f"{opens:%H:%M}", "until": f"{closes:%H:%M}"})


def checked_window(window: dict[str, Any] | None) -> dict[str, Any] | None:
    """A plan's column as the door reads it; `until` 00:00 is midnight. Raises `WindowInvalid`."""
    if window is None:
        return None
    try:
        weekdays = sorted({int(day) for day in window["weekdays"]})
        opens, closes = time.fromisoformat(window["from"]), time.fromisoformat(window["until"])
    except (KeyError, TypeError, ValueError):
        raise WindowInvalid from None
    if not weekdays or not EVERY_DAY.issuperset(weekdays) or (closes <= opens and closes != MIDNIGHT):
        raise WindowInvalid
    return {"weekdays": weekdays, "from": f"{opens:%H:%M}", "until": f"{closes:%H:%M}"}


def _time(hour: str, minute: str | None, half: str | None) -> time:
    number = int(hour)
    if half and not 1 <= number <= 12:
        raise WindowInvalid
    if half:
        number = number % 12 + (12 if half == "pm" else 0)
    try:
        return time(number % 24 if number == 24 else number, int(minute or 0))
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
