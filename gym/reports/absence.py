"""Report of absent members: those whom the door would let in, by the days they have stayed away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gym.attendance.absence import absence_parameters, absent_members
from gym.core.database.repository import PAGE_SIZE, Page
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

AT_RISK_AFTER: Final = 10
"""Days of absence."""

AT_RISK: Final = absent_members(
    """
SELECT a.client_id, btrim(a.first_name || ' ' || a.last_name) AS client_name, p.name AS plan_name, a.ends_on,
    a.last_visit, a.days, count(*) OVER () AS total
FROM absent a JOIN plans p ON p.id = a.plan_id
WHERE a.days >= :least
ORDER BY a.days DESC, a.since, a.client_id LIMIT :size OFFSET :skip
"""
)
EXACTLY: Final = absent_members(
    """
SELECT a.client_id, a.first_name, a.since, a.last_visit, a.days FROM absent a
WHERE a.days = ANY (CAST(:steps AS integer[])) AND a.telegram_id IS NOT NULL
ORDER BY a.client_id
"""
)
OF_ONE: Final = absent_members("SELECT a.since, a.days FROM absent a", of_one=True)


@dataclass(frozen=True, slots=True)
class Absent:
    """A client who has a running plan and has stayed away."""

    client_id: UUID
    client_name: str
    plan_name: str
    ends_on: date
    last_visit: date | None
    days: int


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

    async def at_risk(self, day: date, number: int, size: int = PAGE_SIZE) -> Page[Absent]:
        """Who has been away longest stands first."""
        pages = {"size": size, "skip": max(0, number) * size}
        terms = absence_parameters(day, self.settings, AT_RISK_AFTER)
        rows = (await self.session.execute(AT_RISK, terms | pages)).all()
        if not rows and number > 0:
            return await self.at_risk(day, 0, size)
        found = [
            Absent(row.client_id, row.client_name, row.plan_name, row.ends_on, row.last_visit, row.days)
            for row in rows
        ]
        return Page(found, max(0, number), rows[0].total if rows else 0, size)

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
    """For everybody at the desk."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._absences = AbsenceRepository(uow.session, uow.settings)

    async def at_risk(self, page: int = 0) -> Page[Absent]:
        """Who may come in and has not for ten days or more, the longest first."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._absences.at_risk(self.uow.today, page)

    async def is_still_away(self, client_id: UUID, since: date) -> bool:
        """Whether what was written about an absence holds now that it leaves."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await self._absences.days_away(client_id, since, self.uow.today) is not None


def _plain(row: Any) -> tuple[UUID, str, date, date | None, int]:
    return row.client_id, row.first_name, row.since, row.last_visit, row.days
