"""The business clock: as the control API moves it, forward only, and as messages are dated by it."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

from bot.sandbox.errors import BadField

UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
STEP = re.compile(r"\s*(\d{1,5})\s*(minute|hour|day|week)s?\s*")
LONGEST = timedelta(days=3660)


class SandboxClock:
    """What time messages carry: the business clock as it was heard last, going on at the wall's pace."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def hear(self, now: datetime) -> None:
        """The business clock says so."""
        self._ahead = now.timestamp() - time.time()

    def skip(self, step: timedelta) -> None:
        """The business clock is about to jump."""
        self._ahead += step.total_seconds()

    def seconds(self) -> int:
        """Now, as Telegram writes dates: whole seconds since 1970."""
        return int(time.time() + self._ahead)


def parse_step(text: str) -> timedelta:
    """`1 day`, `2 weeks`, `1 day 6 hours`; raises BadField."""
    steps = STEP.findall(text)
    if not steps or STEP.sub("", text):
        raise BadField("advance", "such as “1 day” or “2 weeks 3 hours”")
    step = sum((int(count) * UNITS[unit] for count, unit in steps), timedelta())
    if not timedelta() < step <= LONGEST:
        raise BadField("advance", "more than nothing, at most ten years")
    return step
