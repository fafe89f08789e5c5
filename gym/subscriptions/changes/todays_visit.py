"""Today's visit of a plan that is changed: it goes with the client to the new plan.

The new plan covers today too, so what is unused of the old one is worth the whole of today. With the visit
left on the old plan, whoever trains and then changes to a visit pack would have trained for nothing.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.subscriptions.models import Subscription

# The visits belong to the room above, so their table is only named here. A re-entry has no number of its own.
_OF_TODAY = """
SELECT id, visit_number IS NOT NULL AS is_numbered FROM check_ins
WHERE subscription_id = :subscription AND gym_day = :day AND outcome = 'admitted' AND undone_at IS NULL
"""
SEEN = text(_OF_TODAY)
LOCKED = text(f"{_OF_TODAY} ORDER BY id FOR UPDATE")
MOVED = text("""
UPDATE check_ins SET subscription_id = :new, visit_number = CASE WHEN visit_number IS NOT NULL THEN 1 END
WHERE id = ANY(:visits)
""").bindparams(bindparam("visits"))


class TodaysVisit:
    """Of one subscription on one gym day: what was counted for it, and where that goes."""

    def __init__(self, session: AsyncSession, subscription_id: UUID, day: date) -> None:
        self._session = session
        self._values = {"subscription": subscription_id, "day": day}

    async def counted(self) -> int:
        """How many visits of its plan today has used: one or none."""
        return sum(row.is_numbered for row in await self._session.execute(SEEN, self._values))

    async def lock(self) -> None:
        """Before the subscriptions, which is the order of whoever takes a visit back."""
        await self._session.execute(LOCKED, self._values)

    async def move(self, old: Subscription, new: Subscription) -> None:
        """Both plans' counters follow. The caller holds both subscriptions locked."""
        rows = (await self._session.execute(LOCKED, self._values)).all()
        if not rows:
            return
        await self._session.execute(MOVED, {"new": new.id, "visits": [row.id for row in rows]})
        counted = sum(row.is_numbered for row in rows)
        old.visits_used -= counted
        new.visits_used += counted
        await self._session.flush()
