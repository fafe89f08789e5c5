"""Who pays and does not come: running plans by the days since the client was last here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.repository import PAGE_SIZE, Page
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

AT_RISK_AFTER: Final = 10
"""Days without a visit."""

# Days count from the last time at the door, from the first day of the unbroken chain of plans for whoever has
# not come yet, and from the last day of a freeze: nobody is absent while the plan rests.
ABSENT: Final = """
WITH running AS (
    SELECT DISTINCT ON (s.client_id) s.id, s.client_id, s.plan_id, s.ends_on, s.anchor
    FROM subscriptions s
    WHERE s.status IN ('scheduled', 'pending_payment', 'active', 'frozen') AND NOT s.held
        AND s.starts_on <= :day AND s.ends_on >= :day
        AND NOT EXISTS (SELECT FROM freezes f WHERE f.subscription_id = s.id AND f.canceled_at IS NULL
            AND f.starts_on <= :day AND (f.ends_on IS NULL OR f.ends_on >= :day))
    ORDER BY s.client_id, s.starts_on
), absent AS (
    SELECT r.*, c.first_name, c.last_name, c.telegram_id, seen.gym_day AS last_visit,
        greatest(r.anchor, seen.gym_day, thawed.day) AS since
    FROM running r
    JOIN clients c ON c.id = r.client_id AND c.active
    LEFT JOIN LATERAL (
        SELECT i.gym_day FROM check_ins i
        WHERE i.client_id = r.client_id AND i.outcome = 'admitted' AND i.undone_at IS NULL
        ORDER BY i.at DESC LIMIT 1
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT max(f.ends_on) AS day FROM freezes f
        WHERE f.subscription_id = r.id AND f.canceled_at IS NULL AND f.ends_on < :day
    ) thawed ON true
)
"""
AT_RISK: Final = text(
    ABSENT
    + """
SELECT a.client_id, a.first_name || ' ' || a.last_name AS client_name, p.name AS plan_name, a.ends_on,
    a.last_visit, CAST(:day AS date) - a.since AS days, count(*) OVER () AS total
FROM absent a JOIN plans p ON p.id = a.plan_id
WHERE CAST(:day AS date) - a.since >= :least
ORDER BY a.since, a.client_id LIMIT :size OFFSET :skip
"""
)
EXACTLY: Final = text(
    ABSENT
    + """
SELECT a.client_id, a.first_name, a.since, CAST(:day AS date) - a.since AS days FROM absent a
WHERE CAST(:day AS date) - a.since = ANY (CAST(:steps AS integer[])) AND a.telegram_id IS NOT NULL
ORDER BY a.client_id
"""
)


@dataclass(frozen=True, slots=True)
class Absent:
    """A client whose plan runs unused."""

    client_id: UUID
    client_name: str
    plan_name: str
    ends_on: date
    last_visit: date | None
    days: int


@dataclass(frozen=True, slots=True)
class LongAway:
    """A linked client who has been away for exactly so many days, since a day."""

    client_id: UUID
    first_name: str
    since: date
    days: int


class AbsenceRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def at_risk(self, day: date, number: int, size: int = PAGE_SIZE) -> Page[Absent]:
        """Who has been away longest stands first."""
        values = {"day": day, "least": AT_RISK_AFTER, "size": size, "skip": max(0, number) * size}
        rows = (await self.session.execute(AT_RISK, values)).all()
        if not rows and number > 0:
            return await self.at_risk(day, 0, size)
        found = [
            Absent(row.client_id, row.client_name, row.plan_name, row.ends_on, row.last_visit, row.days)
            for row in rows
        ]
        return Page(found, max(0, number), rows[0].total if rows else 0, size)

    async def away_for(self, day: date, steps: Sequence[int]) -> list[LongAway]:
        """Linked clients who on this day have been away for one of the numbers of days."""
        rows = await self.session.execute(EXACTLY, {"day": day, "steps": list(steps)})
        return [LongAway(*_plain(row)) for row in rows]


class AbsenceService:
    """For everybody at the desk."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def at_risk(self, page: int = 0) -> Page[Absent]:
        """Running plans whose client has not come for ten days or more, the longest first."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await AbsenceRepository(self.uow.session).at_risk(self.uow.today, page)


def _plain(row: Any) -> tuple[UUID, str, date, int]:
    return row.client_id, row.first_name, row.since, row.days
