"""Clocks: wall time and monotonic time; gym days. Business time is wall time plus the database's offset."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol


class WallClock(Protocol):
    """Where instants come from; tests hand in their own."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class FrozenClock:
    """A clock that stands still until it is moved."""

    at: datetime
    ticks: float = field(default=0.0)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, by: timedelta) -> None:
        self.at += by
        self.ticks += by.total_seconds()


def gym_day(moment: datetime, zone: tzinfo) -> date:
    """The gym's calendar day of an instant."""
    return moment.astimezone(zone).date()


def day_start(day: date, zone: tzinfo) -> datetime:
    """The instant at which a gym day begins, in UTC (midnight may not exist on a DST day)."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
