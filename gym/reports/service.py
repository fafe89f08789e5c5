"""Reports asked for: permission, computing, comparison with earlier ranges, rows behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gym.core.database.repository import PAGE_SIZE
from gym.reports.definition import ReportDefinition, ReportNotFound
from gym.reports.ranges import Comparisons, DayRange, compared_with, require_has_come
from gym.reports.registry import REPORTS, require_report
from gym.reports.results import Asked, Figure, Report, Row, RowsBehind, RowsPlace, Sentence, Table
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReportsHome:
    """What the home of reports shows: the reports of the reader, and what is to be said of them at once."""

    reports: Sequence[ReportDefinition]
    sentences: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows of a table, in its order."""

    table: Table
    rows: Sequence[Row]
    number: int
    pages: int


class ReportService:
    """Admins see everything of any day; employees what they did themselves today, where a report has that."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def home(self) -> ReportsHome:
        """Raises `NotAllowed` to whoever sees no report."""
        actor = self.uow.actor
        actor.require(Permission.REPORT_OWN_DAY)
        if not actor.may(Permission.REPORT_ALL):
            return ReportsHome([one for one in REPORTS if one.is_own_day], ())
        found = [await one.headline(self.uow) for one in REPORTS if one.headline is not None]
        return ReportsHome(REPORTS, [sentence for sentences in found for sentence in sentences])

    async def report(self, name: str, days: DayRange) -> Report:
        """Raises `ReportNotFound`, `NotAllowed`, `RangeInvalid`, `RangeNotCome`, as those below do."""
        wanted = require_report(name)
        asked = self._asked(wanted, days)
        result = await wanted.compute(self.uow, asked)
        against = compared_with(days) if wanted.is_compared and not asked.staff_id else None
        if against is not None:
            result = replace(result, figures=await self._compare(wanted, result.figures, against))
        return Report(wanted.name, wanted.title, wanted.definition, asked, against, result)

    async def pictured(self, name: str, days: DayRange) -> Report:
        """With what its picture draws behind it."""
        report, wanted = await self.report(name, days), require_report(name)
        if not wanted.course or report.against is None:
            return report
        before = await wanted.compute(self.uow, Asked(report.against.before))
        return replace(report, earlier=before.table(wanted.course))

    async def table(self, name: str, days: DayRange, key: str, page: int = 0) -> TablePage:
        """A page of one table of a report, without comparisons; beyond the last one the last."""
        wanted = require_report(name)
        found = (await wanted.compute(self.uow, self._asked(wanted, days))).table(key)
        if found is None:
            raise ReportNotFound
        pages = max(1, -(-found.length // PAGE_SIZE))
        number = max(0, min(page, pages - 1))
        if found.long is None:
            rows = found.rows[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
        else:
            rows = await found.long.page(self.uow.session, number * PAGE_SIZE, PAGE_SIZE)
        return TablePage(found, rows, number, pages)

    async def behind(self, name: str, days: DayRange, place: RowsPlace, page: int = 0) -> RowsBehind:
        """A page of the rows behind a figure."""
        wanted = require_report(name)
        asked = self._asked(wanted, days)
        found = await wanted.behind(self.uow, asked, place, max(0, page)) if wanted.behind else None
        if found is None:
            raise ReportNotFound
        return found if found.table.rows or not page else await self.behind(name, days, place)

    def note_export(self, report: Report, form: str) -> None:
        """Put in the trail who took which figures out of the gym, and in which form."""
        days = report.asked.days
        told = {"report": report.name, "first": days.first, "last": days.last, "form": form}
        self.uow.audit("report.exported", ("reports", None), after=told)

    def _asked(self, wanted: ReportDefinition, days: DayRange) -> Asked:
        actor, today = self.uow.actor, self.uow.today
        own = wanted.is_own_day and days == DayRange(today, today)
        actor.require(Permission.REPORT_OWN_DAY if own else Permission.REPORT_ALL)
        require_has_come(days, today)
        return Asked(days, None if actor.may(Permission.REPORT_ALL) else actor.staff_id)

    async def _compare(
        self, wanted: ReportDefinition, figures: Sequence[Figure], against: Comparisons
    ) -> list[Figure]:
        before = await self._values(wanted, against.before)
        year_before = await self._values(wanted, against.year_before)
        return [
            replace(one, before=before.get(one.key), year_before=year_before.get(one.key)) for one in figures
        ]

    async def _values(self, wanted: ReportDefinition, days: DayRange) -> dict[str, object]:
        asked = Asked(days)
        if wanted.figures is not None:
            found = await wanted.figures(self.uow, asked)
        else:
            found = (await wanted.compute(self.uow, asked)).figures
        return {one.key: one.value for one in found}
