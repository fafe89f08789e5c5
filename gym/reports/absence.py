"""Absence of members whom the door would let in: who is written to on which day, and if it still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gym.attendance.absence import absence_parameters, absent_members
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

EXACTLY: Final = absent_members(
    """
SELECT a.client_id, a.first_name, a.since, a.last_visit, a.days FROM absent a
WHERE a.days = ANY (CAST(:steps AS integer[])) AND a.telegram_id IS NOT NULL
ORDER BY a.client_id
"""
)
OF_ONE: Final = absent_members("SELECT a.since, a.days FROM absent a", of_one=True)


@dataclass(frozen=True, slots=True)
class LongAway:
    """A linked client who has been away for exactly so many days: since a visit, or since the first start."""

    client_id: UUID
    first_name: str
    since: date
    last_visit: date | None
    days: int


class AbsenceRepository:
    """Queries with the rule of `gym.attendance.absence`, by the gym's settings."""

    def __init__(self, session: AsyncSession, settings: GymSettings) -> None:
        self.session = session
        self.settings = settings

    async def away_for(self, day: date, steps: Sequence[int]) -> list[LongAway]:
        """Linked clients who on this day have been away for one of the numbers of days."""
        terms = absence_parameters(day, self.settings, min(steps))
        rows = await self.session.execute(EXACTLY, terms | {"steps": list(steps)})
        return [LongAway(*_plain(row)) for row in rows]

    async def days_away(self, client_id: UUID, since: date, day: date) -> int | None:
        """How long a client has been away since then; None who has come, or may not come in today."""
        terms = absence_parameters(day, self.settings, 1) | {"client": client_id}
        row = (await self.session.execute(OF_ONE, terms)).one_or_none()
        return row.days if row is not None and row.since == since else None


def absent_key(client_id: UUID, since: date, days: int) -> str:
    """The outbox key of a message about an absence, so that the job's and a colleague's are one."""
    return f"absent:{client_id}:{since.isoformat()}:{days}"


class AbsenceService:
    """For the outbox, before a message about an absence leaves."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._absences = AbsenceRepository(uow.session, uow.settings)

    async def is_still_away(self, client_id: UUID, since: date) -> bool:
        """Whether what was written about an absence holds now that it leaves."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await self._absences.days_away(client_id, since, self.uow.today) is not None


def _plain(row: Any) -> tuple[UUID, str, date, date | None, int]:
    return row.client_id, row.first_name, row.since, row.last_visit, row.days
