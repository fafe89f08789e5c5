"""Counting of closed months: every night those that are not counted yet, or were reopened since."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

SETTLED_AFTER: Final = timedelta(days=3)
"""After a month's last day. Until then a visit of it may arrive without a mark: triggers mark those that are
two days late or more by UTC, which is at most three of the gym's days, and one may be in its transaction.
"""
MOST_MONTHS: Final = 12
"""Counted in one run, so that an old gym's first run is no long transaction; the rest comes next."""

# The mark goes first: one that is written later stays, and the month is counted again next time.
UNMARK: Final = text("DELETE FROM reopened_months WHERE month = :month")
DUE: Final = text("""
SELECT CAST(m AS date) AS month
FROM (SELECT min(gym_day) AS first FROM check_ins) earliest
CROSS JOIN LATERAL generate_series(
    date_trunc('month', CAST(earliest.first AS timestamp)), CAST(:last AS timestamp), '1 month') m
WHERE NOT EXISTS (SELECT FROM rolled_months r WHERE r.month = CAST(m AS date) AND r.zone = :zone)
    OR EXISTS (SELECT FROM reopened_months o WHERE o.month = CAST(m AS date))
ORDER BY m DESC LIMIT :most
""")
FORGET: Final = (
    text("DELETE FROM visit_rollups WHERE gym_day >= :month AND gym_day < :following"),
    text("DELETE FROM visitor_months WHERE month = :month"),
    text("DELETE FROM rolled_months WHERE month = :month"),
)
COUNT: Final = (
    text("""
INSERT INTO visit_rollups (id, gym_day, hour, plan_id, visits)
SELECT gen_random_uuid(), i.gym_day, CAST(extract(hour FROM timezone(:zone, i.at)) AS integer), s.plan_id,
    count(*)
FROM check_ins i LEFT JOIN subscriptions s ON s.id = i.subscription_id
WHERE i.gym_day >= :month AND i.gym_day < :following AND i.counted AND i.undone_at IS NULL
GROUP BY i.gym_day, 3, s.plan_id
"""),
    text("""
INSERT INTO visitor_months (month, client_id, visits)
SELECT :month, i.client_id, count(*) FROM check_ins i
WHERE i.gym_day >= :month AND i.gym_day < :following AND i.counted AND i.undone_at IS NULL
GROUP BY i.client_id
"""),
    text("INSERT INTO rolled_months (month, zone, rolled_at) VALUES (:month, :zone, :now)"),
)


class RollupRepository:
    """Statements of the roll-up; a report reads what they leave by itself."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def due(self, last: date, zone: str, most: int) -> list[date]:
        """Months up to that of a day which have to be counted, the latest first."""
        found = await self.session.scalars(DUE, {"last": last, "zone": zone, "most": most})
        return list(found)

    async def forget_marks(self, month: date) -> None:
        await self.session.execute(UNMARK, {"month": month})

    async def count(self, month: date, zone: str, now: datetime) -> None:
        """A month's counts in place of what was counted before."""
        following = (month + timedelta(days=32)).replace(day=1)
        values = {"month": month, "following": following, "zone": zone, "now": now}
        for statement in (*FORGET, *COUNT):
            await self.session.execute(statement, values)


class VisitRollupService:
    """For the job."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._months = RollupRepository(uow.session)

    async def roll_due(self) -> int:
        """Count months that are over and settled; how many."""
        self.uow.actor.require(Permission.RUN_JOBS)
        zone = self.uow.settings.timezone
        settled = (self.uow.today - SETTLED_AFTER).replace(day=1) - timedelta(days=1)
        due = await self._months.due(settled, zone, MOST_MONTHS)
        for month in due:
            await self._months.forget_marks(month)
            await self._months.count(month, zone, self.uow.now)
        return len(due)
