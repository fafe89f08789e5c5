"""Statements that one roll-up consists of, and how a month of it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class MonthRollup:
    """What is counted of closed months, as statements with `:month`, `:following`, `:zone`, `:percent` and
    `:now`.
    """

    due: TextClause
    """Months up to `:last` that are not counted or were reopened, the latest first, `:most` of them."""
    distrust: TextClause
    """Leaves out what was counted after `:now` or of months after `:last`, by a clock that was set back.
    Such months are not over, and what comes in them is no late row that a trigger would mark.
    """
    unmark: TextClause
    """Runs first: a mark that commits later stays, and the month is counted again next time."""
    forget: Sequence[TextClause]
    count: Sequence[TextClause]


@dataclass(frozen=True, slots=True)
class RollupTerms:
    """Settings by which months are counted: by others they are counted again."""

    zone: str
    percent: Decimal
    """Of tax."""

    def parameters(self) -> dict[str, object]:
        return {"zone": self.zone, "percent": self.percent}


class RollupRepository:
    """Counts months; a report reads what they leave by itself."""

    def __init__(self, session: AsyncSession, rollup: MonthRollup) -> None:
        self.session = session
        self._rollup = rollup

    async def due(self, last: date, by: RollupTerms, most: int) -> list[date]:
        """Months up to that of a day which have to be counted, the latest first."""
        found = await self.session.scalars(self._rollup.due, by.parameters() | {"last": last, "most": most})
        return list(found)

    async def distrust_later(self, last: date, now: datetime) -> None:
        """Count again, once they are over, the months that were counted by a clock that went ahead."""
        await self.session.execute(self._rollup.distrust, {"last": last, "now": now})

    async def forget_marks(self, month: date) -> None:
        await self.session.execute(self._rollup.unmark, {"month": month})

    async def count(self, month: date, by: RollupTerms, now: datetime) -> None:
        """A month's counts in place of what was counted before."""
        following = (month + timedelta(days=32)).replace(day=1)
        values = by.parameters() | {"month": month, "following": following, "now": now}
        for statement in (*self._rollup.forget, *self._rollup.count):
            await self.session.execute(statement, values)
