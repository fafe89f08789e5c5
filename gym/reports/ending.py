"""Report of plans that end within a week without a renewal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text

from gym.core.database.repository import PAGE_SIZE, Page
from gym.reports.today import ENDING, WEEK
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

_LIST: Final = """
SELECT c.id AS client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, p.name AS plan_name,
    s.ends_on,
    count(*) OVER () AS total
"""
_ORDER: Final = "ORDER BY s.ends_on, c.id LIMIT :size OFFSET :skip"
LIST: Final = text(
    _LIST + ENDING.replace("JOIN clients", "JOIN plans p ON p.id = s.plan_id JOIN clients") + _ORDER
)


@dataclass(frozen=True, slots=True)
class EndingPlan:
    """A client whose last day comes."""

    client_id: UUID
    client_name: str
    plan_name: str
    ends_on: date


class EndingService:
    """For everybody at the desk."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def this_week(self, page: int = 0) -> Page[EndingPlan]:
        """Those that end in the seven days from today on, the first to end first."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        today, number = self.uow.today, max(0, page)
        values = {"day": today, "until": today + WEEK, "size": PAGE_SIZE, "skip": number * PAGE_SIZE}
        rows = (await self.uow.session.execute(LIST, values)).all()
        if not rows and number:
            return await self.this_week(0)
        found = [EndingPlan(row.client_id, row.client_name, row.plan_name, row.ends_on) for row in rows]
        return Page(found, number, rows[0].total if rows else 0)
