"""Closings of the gym: every plan that covers the days rests, all in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from gym.payments.errors import parse_reason
from gym.security.permissions import Permission
from gym.subscriptions.freezes import notices
from gym.subscriptions.freezes.errors import ClosingInPast, ClosingOver, FreezeBackwards, FreezeTooLong
from gym.subscriptions.freezes.repository import FreezeRepository
from gym.subscriptions.freezes.rescheduling import Rescheduling
from gym.subscriptions.freezes.rules import LONGEST
from gym.subscriptions.freezes.schemas import Closure
from gym.subscriptions.intervals import DAY
from gym.subscriptions.models import GymClosure, Subscription
from gym.unit_of_work import UnitOfWork


class Closures:
    """Closes and opens the gym. Debts do not matter here: nobody asked to rest."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._freezes = FreezeRepository(uow.session)

    async def close(self, starts_on: date, ends_on: date, reason: str, key: UUID) -> Closure:
        """Announce and move; the same key gives the same answer and moves nothing again.

        Raises `ClosingInPast`, `FreezeBackwards`, `FreezeTooLong`, `ReasonNeeded`.
        """
        self.uow.actor.require(Permission.FREEZE_BEYOND_PLAN)
        reason = parse_reason(reason)
        _require_length(starts_on, ends_on)
        closure = self._announced(starts_on, ends_on, reason, key)
        if not await self._freezes.announce(closure):
            known = await self._freezes.lock_closure(key)
            return Closure(known.frozen, known.extended)
        if starts_on < self.uow.today:
            raise ClosingInPast(self.uow.today)
        clients = await self._freezes.touched_by(starts_on, ends_on)
        everybody, moved = await self._rearranged(clients)
        resting = _resting(everybody, key)
        row = await self._freezes.lock_closure(key)
        row.frozen, row.extended = len(resting), len(moved)
        self.uow.audit("gym.closed", row, after=_facts(row))
        notices.tell_clients_closed(self.uow, row, resting)
        notices.tell_closed(self.uow, row)
        return Closure(row.frozen, row.extended)

    async def open(self, closure_id: UUID) -> Closure:
        """Give the closed days from today on back. Raises `ClosingOver`."""
        self.uow.actor.require(Permission.FREEZE_BEYOND_PLAN)
        row = await self._freezes.lock_closure(closure_id)
        if row.canceled_at is not None or row.ends_on < self.uow.today:
            raise ClosingOver
        clients = await self._freezes.closed_for(closure_id)
        if row.starts_on < self.uow.today:
            row.ends_on = self.uow.today - DAY
        else:
            row.canceled_at = self.uow.now
        self.uow.audit_changes("gym.opened", row)
        await self.uow.session.flush()
        everybody, moved = await self._rearranged(clients)
        notices.tell_clients_opened(self.uow, row, moved)
        notices.tell_opened(self.uow, row, len(moved))
        return Closure(len(_resting(everybody, closure_id)), len(moved))

    async def complete(self) -> int:
        """Let those rest whom no announcement has reached, such as a sale beside it; how many clients."""
        self.uow.actor.require(Permission.RUN_JOBS)
        clients = await self._freezes.uncovered_by_closures(self.uow.today)
        if not clients:
            return 0
        everybody, moved = await self._rearranged(clients)
        for row in await self._freezes.closures(self.uow.today):
            resting = {one.id for one in _resting(everybody, row.id)}
            notices.tell_clients_closed(self.uow, row, [one for one in moved if one.id in resting])
        return len(clients)

    async def _rearranged(
        self, clients: Sequence[UUID]
    ) -> tuple[Sequence[Subscription], Sequence[Subscription]]:
        """Everything that these clients have open, and what of it has other days now."""
        moves = Rescheduling(self.uow)
        chains = await moves.lock(clients)
        moved = await moves.arrange(chains)
        everybody = [one for chain in chains for one in chain.found]
        return everybody, [one for one in everybody if one.id in moved]

    def _announced(self, starts_on: date, ends_on: date, reason: str, key: UUID) -> GymClosure:
        actor = self.uow.actor
        return GymClosure(
            id=key,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            created_at=self.uow.now,
        )


def _require_length(starts_on: date, ends_on: date) -> None:
    """Before the row is written: PostgreSQL would refuse a closing that ends before it begins."""
    if ends_on < starts_on:
        raise FreezeBackwards(starts_on)
    if (ends_on - starts_on).days >= LONGEST:
        raise FreezeTooLong(LONGEST)


def _resting(everybody: Sequence[Subscription], closure_id: UUID) -> Sequence[Subscription]:
    """Those that rest because of a closing."""
    return [one for one in everybody if any(freeze.closure_id == closure_id for freeze in one.freezes)]


def _facts(row: GymClosure) -> dict[str, object]:
    return {
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "reason": row.reason,
        "frozen": row.frozen,
        "extended": row.extended,
    }
