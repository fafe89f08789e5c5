"""Layout of a subscription's usable days around the intervals that do not count. Pure.

Usable days are laid from the first day on; an interval inside pushes the last day back by exactly its own
length, and one that begins after the last usable day changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gym.subscriptions.intervals import DAY, Interval
from gym.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the days lie now, and which rests lie among them."""

    starts_on: date
    ends_on: date
    rests: tuple[Interval, ...]

    @property
    def rest_days(self) -> int:
        return sum(rest.days for rest in self.rests)


def lay_out(starts_on: date, usable: int, rests: Iterable[Interval]) -> Layout:
    """Lay usable days around rests that do not overlap."""
    ends_on = starts_on + (usable - 1) * DAY
    inside: list[Interval] = []
    for rest in sorted(rests, key=lambda one: one.starts_on):
        if rest.starts_on <= ends_on:
            inside.append(rest)
            ends_on += rest.days * DAY
    return Layout(starts_on, ends_on, tuple(inside))


def usable_days(subscription: Subscription) -> int:
    """Days on which the client could come: bought and given ones."""
    span = (subscription.ends_on - subscription.starts_on).days + 1
    return span - sum(Interval.of(freeze).days for freeze in subscription.freezes)
