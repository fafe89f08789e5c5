"""Report of cohorts: who stays, by the month of the first start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from dateutil.relativedelta import relativedelta

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.figures.cohorts import Cohort, CohortRepository
from gym.reports.figures.pages import terms_of
from gym.reports.figures.terms import FigureTerms
from gym.reports.results import Asked, ColumnKind, Figure, ReportColumn, ReportResult, Row, Table, Value
from gym.unit_of_work import UnitOfWork

TENTH: Final = Decimal("0.1")
YEAR: Final = relativedelta(months=11)
MOST: Final = 24
"""Later months in the table."""
STAYED: Final = N_(
    "Of the clients whose first start lies in a month, the share with a plan on the last day of each later "
    "month, paid or not. A range of less than a year is shown with the months before, so that there are "
    "twelve. Who came with a list is not counted: when they started is not known."
)
CLIENTS: Final = N_("First starts in these months.")
TOGETHER: Final = N_("Of all cohorts that are that old together.")
AFTER: Final = (1, 3, 6, 12)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """One statement."""
    found = await CohortRepository(uow.session).cohorts(_a_year(terms_of(uow, asked)))
    clients = sum(one.clients for one in found)
    figures = [Figure("clients", N_("Clients"), ColumnKind.COUNT, clients, CLIENTS)]
    titles = {
        1: N_("After 1 month"),
        3: N_("After 3 months"),
        6: N_("After 6 months"),
        12: N_("After a year"),
    }
    for later in AFTER:
        share = kept_after(found, later)
        if share is not None:
            figures.append(Figure(f"after{later}", titles[later], ColumnKind.PERCENT, share, TOGETHER))
    return ReportResult(figures, [_table(found)])


def kept_after(cohorts: Sequence[Cohort], later: int) -> Decimal | None:
    """Percent of everybody who started that long ago; None while nobody did."""
    old = [one for one in cohorts if len(one.stayed) >= later]
    clients = sum(one.clients for one in old)
    if not clients:
        return None
    return (Decimal(100) * sum(one.stayed[later - 1] for one in old) / clients).quantize(TENTH)


def _a_year(terms: FigureTerms) -> FigureTerms:
    return replace(terms, first=min(terms.first, (terms.last - YEAR).replace(day=1)))


def _table(cohorts: Sequence[Cohort]) -> Table:
    most = min(MOST, max([0, *(len(one.stayed) for one in cohorts)]))
    columns = (
        ReportColumn("month", N_("Month"), ColumnKind.MONTH),
        ReportColumn("clients", N_("Clients"), ColumnKind.COUNT, summed=True),
        *(ReportColumn(f"m{later}", f"{later}", ColumnKind.PERCENT) for later in range(1, most + 1)),
    )
    rows = [_row(one, most) for one in cohorts]
    return Table("months", N_("By month of first start"), columns, rows, STAYED, "clients")


def _row(one: Cohort, most: int) -> Row:
    shares: list[Value] = [one.share(later).quantize(TENTH) for later in range(1, len(one.stayed[:most]) + 1)]
    month: date = one.month
    return Row((month, one.clients, *shares, *[None] * (most - len(shares))))


COHORTS: Final = ReportDefinition("cohorts", N_("🌱 Who stays"), STAYED, compute, is_compared=False)
