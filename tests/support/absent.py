"""Members who have stayed away for ten days or longer, by the one rule of absence."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from gym.app import Gym
from gym.attendance.absence import absence_parameters, absent_members
from gym.security.permissions import Actor

ABSENT = absent_members(
    """
SELECT a.client_id, btrim(a.first_name || ' ' || a.last_name) AS client_name, a.days, a.last_visit
FROM absent a ORDER BY a.days DESC, a.since, a.client_id
"""
)


async def absent(gym: Gym, least: int = 10) -> list[tuple[UUID, str, int, date | None]]:
    """Client, name, gym days away and the last visit, the longest away first."""
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.execute(ABSENT, absence_parameters(uow.today, uow.settings, least))
        return [(row.client_id, row.client_name, row.days, row.last_visit) for row in rows]
