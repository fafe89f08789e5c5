"""Calendar of one subscription: its days laid out around freezes and closings. Computes, writes nothing.

A client's freeze keeps its days. A closing gets those that no freeze holds, whether the plan was sold before
it was announced or after: what has gone by stays as it was, what is to come is reckoned anew, because the
client may have returned early or have moved into the closing.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from gym.subscriptions.freezes.layout import Layout, lay_out
from gym.subscriptions.intervals import DAY, Interval, free_parts, from_day, joined, until_day
from gym.subscriptions.models import FreezeKind, GymClosure, Subscription


@dataclass(frozen=True, slots=True)
class FreezeCalendar:
    """Visits of today, closings and the day, beside the subscription itself."""

    today: date
    closures: Sequence[GymClosure]
    visited: Set[UUID]
    """Clients who were in today: the day is used, so no closing gives it back."""

    def lay(
        self,
        one: Subscription,
        starts_on: date,
        usable: int,
        wishes: Sequence[Interval],
        *,
        yields: bool = True,
    ) -> Layout:
        """Where its days lie from `starts_on`. `yields` is false where closings do not count any more."""
        kept = from_day(starts_on, wishes)
        closed = self._closed(one, starts_on, kept) if yields else self._past(one)
        return lay_out(starts_on, usable, (*kept, *closed))

    def _closed(self, one: Subscription, starts_on: date, wishes: Sequence[Interval]) -> list[Interval]:
        first = max(starts_on, self.today + DAY if one.client_id in self.visited else self.today)
        past, taken = self._past(one), list(wishes)
        for closure in self.closures:
            for rest in from_day(first, [_days_of(closure)]):
                taken += free_parts(rest, taken)
        return joined([*past, *(rest for rest in taken if rest.closure_id is not None)])

    def lay_sale(self, client_id: UUID, starts_on: date, usable: int) -> Layout:
        """Where the days of a plan lie that is sold now, perhaps from an earlier day on."""
        taken: list[Interval] = []
        for closure in self.closures:
            for rest in from_day(starts_on, [_days_of(closure)]):
                taken += free_parts(rest, [*taken, *self._used(client_id)])
        return lay_out(starts_on, usable, joined(taken))

    def _used(self, client_id: UUID) -> list[Interval]:
        return [Interval(self.today, self.today)] if client_id in self.visited else []

    def _past(self, one: Subscription) -> list[Interval]:
        """What closings have held before today."""
        return until_day(self.today - DAY, closing_intervals(one))


def _days_of(closure: GymClosure) -> Interval:
    return Interval(closure.starts_on, closure.ends_on, closure_id=closure.id)


def requested_intervals(one: Subscription) -> list[Interval]:
    """The intervals of freezes that the client asked for."""
    return [Interval.of(freeze) for freeze in one.freezes if freeze.kind is FreezeKind.CLIENT]


def closing_intervals(one: Subscription) -> list[Interval]:
    """The rests that the gym's closings gave; their rows are told apart by closing and first day."""
    closed = (freeze for freeze in one.freezes if freeze.kind is FreezeKind.CLOSURE)
    return [replace(Interval.of(freeze), freeze_id=None) for freeze in closed]
