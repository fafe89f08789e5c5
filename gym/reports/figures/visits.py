"""Visits in a range of gym days: by day, hour of the week and plan; people, refusals, overrides, no-shows.

A visit is a counted entry that was not undone, on its gym day and in its hour by the door's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gym.attendance.models import VerdictCode
from gym.reports.figures.pages import EVERYTHING, Narrowing
from gym.reports.figures.terms import FigureTerms
from gym.reports.figures.visit_sums import (
    ALL_VISITS,
    BY_DAY,
    BY_HOUR,
    BY_PLAN,
    COUNTS,
    NO_SHOWS,
    OVERRIDES,
    PEOPLE,
    REFUSALS,
    TOTAL,
)


@dataclass(frozen=True, slots=True)
class DayVisits:
    """Visits of one gym day."""

    day: date
    visits: int


@dataclass(frozen=True, slots=True)
class HourVisits:
    """Visits of one hour of the week; weekday 0 is Monday."""

    weekday: int
    hour: int
    visits: int


@dataclass(frozen=True, slots=True)
class PlanVisits:
    """Visits by one plan; None: let in without one."""

    plan_id: UUID | None
    plan_name: str | None
    visits: int


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """A range's visits, counted in four ways; days and hours without any are left out."""

    total: int
    days: Sequence[DayVisits]
    hours: Sequence[HourVisits]
    plans: Sequence[PlanVisits]


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """Refusals for one reason, and how many of them staff overrode."""

    code: VerdictCode
    refusals: int
    let_in: int


@dataclass(frozen=True, slots=True)
class OverrideCount:
    """How many people one of the staff let in against the verdict."""

    staff_id: UUID | None
    staff_name: str | None
    overrides: int


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many clients came, and how many active ones never did."""

    visitors: int
    absent: int


@dataclass(frozen=True, slots=True)
class NoShow:
    """An active client who never came in the range, though the plan did not rest all the while."""

    client_id: UUID
    client_name: str
    plan_name: str


class VisitRepository:
    """Counts at the door; one statement each."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def counts(self, terms: FigureTerms) -> VisitCounts:
        rows = (await self.session.execute(COUNTS, terms.parameters())).all()
        return VisitCounts(
            total=sum(row.visits for row in rows if row.bits == ALL_VISITS),
            days=[DayVisits(row.gym_day, row.visits) for row in rows if row.bits == BY_DAY],
            hours=[HourVisits(row.weekday, row.hour, row.visits) for row in rows if row.bits == BY_HOUR],
            plans=[PlanVisits(row.plan_id, row.plan_name, row.visits) for row in rows if row.bits == BY_PLAN],
        )

    async def total(self, terms: FigureTerms) -> int:
        """How many visits there were."""
        return await self.session.scalar(TOTAL, terms.parameters()) or 0

    async def people(self, terms: FigureTerms) -> PeopleCounts:
        """Of both one reading of who came."""
        row = (await self.session.execute(PEOPLE, terms.parameters())).one()
        return PeopleCounts(row.visitors, row.absent)

    async def refusals(self, terms: FigureTerms) -> list[RefusalCount]:
        """The most frequent reason first."""
        rows = await self.session.execute(REFUSALS, terms.parameters())
        return [RefusalCount(VerdictCode(row.code), row.refusals, row.let_in) for row in rows.all()]

    async def overrides(self, terms: FigureTerms) -> list[OverrideCount]:
        """Whoever let in most people first."""
        rows = await self.session.execute(OVERRIDES, terms.parameters())
        return [OverrideCount(*row) for row in rows.all()]

    async def no_shows(self, terms: FigureTerms, wanted: Narrowing = EVERYTHING) -> list[NoShow]:
        """By name."""
        rows = await self.session.execute(NO_SHOWS, terms.parameters() | wanted.parameters())
        return [NoShow(row.client_id, row.client_name, row.plan_name) for row in rows.all()]
