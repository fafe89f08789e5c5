"""The clock of messages: business time as the gym last reported it, forward only."""

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
    """The time that messages carry: the last reported business time plus the wall time since then."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def set_to(self, now: datetime) -> None:
        """Set it to the gym's business time."""
        self._ahead = now.timestamp() - time.time()

    def skip(self, step: timedelta) -> None:
        """Move it ahead of a jump of the business clock."""
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
