"""Rescheduling: a client's open subscriptions laid out anew, the waiting renewal moving along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from gym.core.database.ids import new_id
from gym.subscriptions.freezes.calendar import FreezeCalendar, requested_intervals
from gym.subscriptions.freezes.layout import Layout, usable_days
from gym.subscriptions.freezes.repository import FreezeRepository
from gym.subscriptions.intervals import DAY, Interval
from gym.subscriptions.models import OPEN, Freeze, FreezeKind, GymClosure, Subscription
from gym.subscriptions.status.status_sync import StatusSync
from gym.subscriptions.status.statuses import open_freeze
from gym.unit_of_work import UnitOfWork


@dataclass(slots=True)
class SubscriptionChain:
    """A client's open subscriptions, locked, first day first; and on how many days each can be used."""

    found: list[Subscription]
    usable: dict[UUID, int] = field(init=False)
    rested: dict[UUID, int] = field(init=False)
    """Days by which the rests have moved each end so far."""
    ending: set[UUID] = field(default_factory=set[UUID])
    """Those about to be closed: no closing to come counts for them."""

    def __post_init__(self) -> None:
        self.usable = {one.id: usable_days(one) for one in self.found}
        self.rested = {one.id: sum(Interval.of(freeze).days for freeze in one.freezes) for one in self.found}

    def of(self, subscription_id: UUID) -> Subscription | None:
        return next((one for one in self.found if one.id == subscription_id), None)


class Rescheduling:
    """Lays chains out and writes what changed, with the trail of it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._freezes = FreezeRepository(uow.session)
        self._announced: dict[UUID, GymClosure] = {}

    async def lock(self, client_ids: Sequence[UUID]) -> list[SubscriptionChain]:
        """The clients' chains: the people first, then their subscriptions, settled for today."""
        await self._freezes.lock_clients(client_ids)
        found = await self._freezes.lock_open(client_ids)
        await StatusSync(self.uow).settle(*found)
        await self.uow.session.flush()
        still_open = [one for one in found if one.status in OPEN]
        return [
            SubscriptionChain(list(chain)) for _, chain in groupby(still_open, key=lambda one: one.client_id)
        ]

    async def calendar(self, client_ids: Iterable[UUID], since: date | None = None) -> FreezeCalendar:
        """With the closings that are not over, or were not `since` a day."""
        visited = await self._freezes.visited_on(self.uow.today, list(client_ids))
        closures = await self._freezes.closures(min(since or self.uow.today, self.uow.today))
        return FreezeCalendar(self.uow.today, closures, visited)

    async def arrange(self, chains: Sequence[SubscriptionChain]) -> set[UUID]:
        """Lay everything out again; which subscriptions have other days now."""
        everybody = [one for chain in chains for one in chain.found]
        calendar = await self.calendar({one.client_id for one in everybody})
        self._announced = {closure.id: closure for closure in calendar.closures}
        moved = {one.id for chain in chains for one in self._arrange(chain, calendar)}
        await self._freezes.flush_moved()
        await StatusSync(self.uow).settle(*everybody)
        await self.uow.session.flush()
        return moved

    def _arrange(self, chain: SubscriptionChain, calendar: FreezeCalendar) -> list[Subscription]:
        shift, held, moved = 0 * DAY, False, list[Subscription]()
        for one in chain.found:
            before = (one.starts_on, one.ends_on)
            yields = not held and one.id not in chain.ending
            starts_on = one.starts_on + shift
            laid = calendar.lay(one, starts_on, chain.usable[one.id], requested_intervals(one), yields=yields)
            shift = laid.ends_on - one.ends_on
            self._write(one, laid, chain, held=held)
            if before != (one.starts_on, one.ends_on):
                moved.append(one)
            held = open_freeze(one) is not None
        return moved

    def _write(self, one: Subscription, laid: Layout, chain: SubscriptionChain, *, held: bool) -> None:
        one.frozen_days = max(0, one.frozen_days + laid.rest_days - chain.rested[one.id])
        chain.rested[one.id] = laid.rest_days
        one.starts_on, one.ends_on = laid.starts_on, laid.ends_on
        # A renewal sold while the end was further away may come back before the chain it began.
        one.anchor = min(one.anchor, one.starts_on)
        one.held = held
        self.uow.audit_changes("subscription.moved", one)
        self._write_wishes(one, laid)
        rows = [*one.freezes, *self._write_closed(one, laid)]
        counted = [row for row in rows if row.canceled_at is None]
        set_committed_value(one, "freezes", sorted(counted, key=lambda row: row.starts_on))

    def _write_wishes(self, one: Subscription, laid: Layout) -> None:
        """A freeze whose days are no longer among the plan's own is canceled."""
        kept = {rest.freeze_id: rest for rest in laid.rests}
        for freeze in one.freezes:
            if freeze.kind is FreezeKind.CLIENT:
                self._change(freeze, kept.get(freeze.id))

    def _write_closed(self, one: Subscription, laid: Layout) -> list[Freeze]:
        """Rows of closings, kept by closing and first day; the new ones."""
        wanted = {(rest.closure_id, rest.starts_on): rest for rest in laid.rests if rest.closure_id}
        for freeze in one.freezes:
            if freeze.closure_id is not None:
                self._change(freeze, wanted.pop((freeze.closure_id, freeze.starts_on), None))
        return [self._closed_row(one, rest) for rest in wanted.values()]

    def _change(self, freeze: Freeze, rest: Interval | None) -> None:
        if rest is None:
            freeze.canceled_at = self.uow.now
            self.uow.audit_changes("freeze.canceled", freeze)
            return
        freeze.starts_on, freeze.ends_on = rest.starts_on, rest.ends_on
        self.uow.audit_changes("freeze.moved", freeze)

    def _closed_row(self, one: Subscription, rest: Interval) -> Freeze:
        assert rest.closure_id is not None
        row = closed_row(one.id, rest, self._announced[rest.closure_id], self.uow.now)
        self.uow.session.add(row)
        self.uow.audit("freeze.made", row, after=freeze_facts(row))
        return row


def closed_row(subscription_id: UUID, rest: Interval, closure: GymClosure, now: datetime) -> Freeze:
    """What a closing of the gym means for one subscription."""
    return Freeze(
        id=new_id(),
        subscription_id=subscription_id,
        kind=FreezeKind.CLOSURE,
        starts_on=rest.starts_on,
        ends_on=rest.ends_on,
        reason=closure.reason,
        closure_id=closure.id,
        staff_id=closure.staff_id,
        staff_name=closure.staff_name,
        created_at=now,
    )


def freeze_facts(freeze: Freeze) -> dict[str, object]:
    """What the trail keeps of a new freeze."""
    return {
        "subscription_id": freeze.subscription_id,
        "kind": freeze.kind,
        "starts_on": freeze.starts_on,
        "ends_on": freeze.ends_on,
        "reason": freeze.reason,
    }
