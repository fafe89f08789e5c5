"""Presence: who is inside now, by their latest entry.

With check-out somebody is inside until they check out, and never beyond the gym day they came in on; without
it, for `stay_minutes`. The latest entry of a person decides, by door time: what an offline kiosk reports late
counts from the moment at which it happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from gym.attendance.errors import CheckOutOff, NotInside
from gym.attendance.models import CheckIn
from gym.attendance.repository import AttendanceRepository
from gym.core.clock import day_start, gym_day
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PresentClient:
    """Somebody who is inside, since the entry with which the stay began."""

    client_id: UUID
    client_name: str
    since: datetime
    check_in_id: UUID


class PresenceService:
    """Occupancy and check-out."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._attendance = AttendanceRepository(uow.session)

    async def inside(self) -> Sequence[PresentClient]:
        """Everybody inside, who came last first; one query however many they are."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        settings = self.uow.settings
        stay = None if settings.check_out else timedelta(minutes=settings.stay_minutes)
        found = await self._attendance.inside(*self._window(), stay)
        return [PresentClient(client_id, name, at, key) for key, client_id, name, at in found]

    async def occupancy(self) -> int:
        """How many are inside."""
        self.uow.actor.require(Permission.REPORT_OWN_DAY)
        return await self._attendance.occupancy(*self._window())

    async def check_out(self, client_id: UUID) -> CheckIn:
        """The client leaves now. Raises `CheckOutOff`, `NotInside`."""
        self.uow.actor.require(Permission.CHECK_IN)
        if not self.uow.settings.check_out:
            raise CheckOutOff
        entry = await self._attendance.lock_last_entry(client_id, self.uow.now)
        if entry is None or entry.left_at is not None or entry.gym_day != self.uow.today:
            raise NotInside
        entry.left_at = self.uow.now
        self.uow.audit("check_in.left", entry, None, {"client": client_id, "at": entry.at})
        return entry

    def _window(self) -> tuple[date, datetime, datetime]:
        """Entries count from a moment on (of that gym day) until now."""
        settings, now = self.uow.settings, self.uow.now
        if settings.check_out:
            return self.uow.today, day_start(self.uow.today, settings.zone), now
        since = now - timedelta(minutes=settings.stay_minutes)
        return gym_day(since, settings.zone), since, now
