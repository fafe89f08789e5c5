"""Intervals of days that do not count (freezes, closings): cut, split and joined. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from gym.subscriptions.models import Freeze

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Days `[starts_on, ends_on]` that do not count; without an end until the client returns."""

    starts_on: date
    ends_on: date | None
    freeze_id: UUID | None = None
    """The freeze it stands for, if there is a row already."""
    closure_id: UUID | None = None

    @classmethod
    def of(cls, freeze: Freeze) -> Interval:
        return cls(freeze.starts_on, freeze.ends_on, freeze.id, freeze.closure_id)

    @property
    def days(self) -> int:
        """Days by which it moves the end: none yet while the return is open."""
        return 0 if self.ends_on is None else (self.ends_on - self.starts_on).days + 1

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def meets(self, other: Interval) -> bool:
        """True when they share a day."""
        begins_in_time = self.ends_on is None or other.starts_on <= self.ends_on
        return begins_in_time and (other.ends_on is None or self.starts_on <= other.ends_on)


def from_day(first: date, rests: Iterable[Interval]) -> list[Interval]:
    """The rests without what lies before a day."""
    left = (rest for rest in rests if rest.ends_on is None or rest.ends_on >= first)
    return [replace(rest, starts_on=max(rest.starts_on, first)) for rest in left]


def until_day(last: date, rests: Iterable[Interval]) -> list[Interval]:
    """The rests without what lies after a day."""
    return [
        replace(rest, ends_on=last if rest.ends_on is None else min(rest.ends_on, last))
        for rest in rests
        if rest.starts_on <= last
    ]


def free_parts(rest: Interval, taken: Sequence[Interval]) -> list[Interval]:
    """The parts of a dated rest that no other one holds."""
    assert rest.ends_on is not None, "a closure has a last day"
    parts: list[Interval] = []
    for offset in range(rest.days):
        day = rest.starts_on + offset * DAY
        if any(other.holds(day) for other in taken):
            continue
        parts.append(replace(rest, starts_on=day, ends_on=day))
    return joined(parts)


def joined(rests: Iterable[Interval]) -> list[Interval]:
    """Neighbours of one closure as one rest."""
    found: list[Interval] = []
    for rest in sorted(rests, key=lambda one: one.starts_on):
        last = found[-1] if found else None
        follows = last is not None and last.ends_on is not None and last.ends_on + DAY == rest.starts_on
        if last is not None and follows and last.closure_id == rest.closure_id:
            found[-1] = replace(last, ends_on=rest.ends_on)
        else:
            found.append(rest)
    return found
