"""Counting of closed months and of memberships: every night those that are not counted yet, or were reopened
since.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gym.reports.rollup.memberships import MembershipRollupRepository
from gym.reports.rollup.money import MONEY
from gym.reports.rollup.repository import MonthRollup, RollupRepository, RollupTerms
from gym.reports.rollup.visits import VISITS
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

SETTLED_AFTER: Final = timedelta(days=3)
"""After a month's last day. Until then a row of it may arrive without a mark: triggers mark those that are
two days late or more by UTC, which is at most three of the gym's days, and one may be in its transaction.
"""
MOST_MONTHS: Final = 12
"""Counted in one run, so that an old gym's first run is no long transaction; the rest comes next."""
MOST_CLIENTS: Final = 100
"""Whose memberships are followed in one run: until its end their rows are held, by the foreign keys of what
it writes, against whoever locks a client to sell a drink or to change a card. Of five years they are half a
second; of two thousand clients ten, and on a small machine more than a statement may take.
"""


class VisitRollupService:
    """For the job."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def roll_due(self) -> int:
        """Count months of visits that are over and settled; how many."""
        return await _roll_due(self.uow, VISITS)


class MoneyRollupService:
    """For the job."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def roll_due(self) -> int:
        """Sum months of money that are over and settled; how many."""
        return await _roll_due(self.uow, MONEY)


class MembershipRollupService:
    """For the job."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def roll_due(self) -> int:
        """Follow the memberships of clients whose plans have changed; how many clients."""
        self.uow.actor.require(Permission.RUN_JOBS)
        rollup, zone = MembershipRollupRepository(self.uow.session), self.uow.settings.timezone
        return await rollup.count_due(zone, MOST_CLIENTS)


async def _roll_due(uow: UnitOfWork, rollup: MonthRollup) -> int:
    uow.actor.require(Permission.RUN_JOBS)
    months = RollupRepository(uow.session, rollup)
    by = RollupTerms(uow.settings.timezone, uow.settings.tax_percent)
    settled = (uow.today - SETTLED_AFTER).replace(day=1) - timedelta(days=1)
    await months.distrust_later(settled, uow.now)
    due = await months.due(settled, by, MOST_MONTHS)
    for month in due:
        await months.forget_marks(month)
        await months.count(month, by, uow.now)
    return len(due)
