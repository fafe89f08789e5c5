"""The report of the team over a range of gym days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gym.reports.person_facts import PersonFactsService
from gym.reports.team.rating import RatedStaff, StaffRecord, rated
from gym.reports.team.work import work_of_days
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TeamReport:
    """Everybody who works here or has left traces on these days."""

    first: date
    last: date
    people: Sequence[RatedStaff]
    """Whom an owner wants to look at stands first."""

    @property
    def flagged(self) -> Sequence[RatedStaff]:
        return [one for one in self.people if one.reasons]


class TeamReportService:
    """For whoever may see everybody's figures; two queries."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def of_days(self, first: date, last: date) -> TeamReport:
        self.uow.actor.require(Permission.REPORT_ALL)
        work = await work_of_days(self.uow, first, last)
        facts = await PersonFactsService(self.uow).of_days(first, last)
        team = [StaffRecord(one, work[one.staff_id]) for one in facts if one.staff_id in work]
        return TeamReport(first, last, rated(team))
