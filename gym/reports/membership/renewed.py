"""Report of renewals: of the periods that ended, those renewed before, within 7 days, within 30, and not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.figures.pages import OF_PLAN, key_of, narrowed, terms_of, to_card
from gym.reports.figures.renewals import (
    EndedPeriod,
    RenewalCounts,
    RenewalOutcome,
    RenewalRepository,
    RenewalTally,
    count_renewals,
)
from gym.reports.results import (
    Asked,
    ColumnKind,
    Figure,
    ReportColumn,
    ReportResult,
    Row,
    RowsBehind,
    RowsPlace,
    Table,
    Term,
)
from gym.unit_of_work import UnitOfWork

TENTH: Final = Decimal("0.1")
ENDED: Final = N_(
    "Periods whose last day lies in the range and is over. What was canceled or changed did not end by "
    "itself; a plan that rests until its client returns has not ended."
)
BEFORE: Final = N_("The next one was sold on the last day or earlier, whatever its plan.")
PROMPT: Final = N_("The next one was sold within 7 days after the last.")
LATE: Final = N_("The next one was sold within 30 days after the last, later than 7.")
NOT_YET: Final = N_("Not so far, and 30 days have not passed.")
NOT: Final = N_("Nothing was sold within 30 days.")
RATE: Final = N_(
    "Renewed before, within 7 or within 30 days, of the periods whose 30 days have passed or that were."
)
OUTCOMES: Final = {
    RenewalOutcome.BEFORE: Term("before", N_("Before the end")),
    RenewalOutcome.PROMPT: Term("prompt", N_("Within 7 days")),
    RenewalOutcome.LATE: Term("late", N_("Within 30 days")),
    RenewalOutcome.NOT_YET: Term("not_yet", N_("Not yet")),
    RenewalOutcome.NOT: Term("not", N_("Not renewed")),
}
COUNTED: Final = (
    ReportColumn("plan", N_("Plan")),
    ReportColumn("ended", N_("Ended"), ColumnKind.COUNT, summed=True),
    ReportColumn("before", N_("Before the end"), ColumnKind.COUNT, summed=True),
    ReportColumn("prompt", N_("Within 7 days"), ColumnKind.COUNT, summed=True),
    ReportColumn("late", N_("Within 30 days"), ColumnKind.COUNT, summed=True),
    ReportColumn("not_yet", N_("Not yet"), ColumnKind.COUNT, summed=True),
    ReportColumn("not", N_("Not renewed"), ColumnKind.COUNT, summed=True),
    ReportColumn("rate", N_("Renewed"), ColumnKind.PERCENT),
)
COLUMNS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("outcome", N_("Renewed")),
    ReportColumn("ended", N_("Ended"), ColumnKind.DAY),
    ReportColumn("renewed", N_("Renewed on"), ColumnKind.DAY),
    ReportColumn("plan", N_("Plan")),
)


BEHIND: Final = {"": "(:row = 'ended' OR outcome = :row)", "plan": OF_PLAN}


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """One statement."""
    found = await RenewalRepository(uow.session).tallies(terms_of(uow, asked))
    return ReportResult(_figures(count_renewals(found)), [_table(found)])


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Periods by last day."""
    wanted = narrowed(place, page, BEHIND)
    if wanted is None:
        return None
    found = await RenewalRepository(uow.session).ended(terms_of(uow, asked), wanted)
    rows = [_row(one) for one in found.items]
    table = Table("rows", N_("Periods that ended"), COLUMNS, rows)
    return RowsBehind(table, page, found.total) if rows or page else None


def share(counts: RenewalCounts) -> Decimal:
    """Percent of those that are decided; 0 while none is."""
    decided = counts.renewed + counts.not_renewed
    return (Decimal(100) * counts.renewed / decided).quantize(TENTH) if decided else Decimal(0)


def _figures(counts: RenewalCounts) -> list[Figure]:
    def counted(key: str, title: str, value: int, says: str) -> Figure:
        return Figure(key, title, ColumnKind.COUNT, value, says, behind=key)

    return [
        Figure("rate", N_("Renewed"), ColumnKind.PERCENT, share(counts), RATE),
        counted("ended", N_("Ended"), counts.ended, ENDED),
        counted("before", N_("Before the end"), counts.before, BEFORE),
        counted("prompt", N_("Within 7 days"), counts.prompt, PROMPT),
        counted("late", N_("Within 30 days"), counts.late, LATE),
        counted("not_yet", N_("Not yet"), counts.not_yet, NOT_YET),
        counted("not", N_("Not renewed"), counts.not_renewed, NOT),
    ]


def _table(found: Sequence[RenewalTally]) -> Table:
    rows: list[Row] = []
    for plan_id, group in groupby(found, key=lambda one: one.plan_id):
        of_plan = list(group)
        counts = count_renewals(of_plan)
        cells = (counts.ended, counts.before, counts.prompt, counts.late, counts.not_yet, counts.not_renewed)
        rows.append(Row((of_plan[0].plan_name, *cells, share(counts)), key_of(plan_id)))
    return Table("plan", N_("By plan"), COUNTED, rows, RATE)


def _row(one: EndedPeriod) -> Row:
    cells = (one.client_name, OUTCOMES[one.outcome], one.ends_on, one.renewed_on, one.plan_name)
    return Row(cells, link=to_card(one.client_id))


RENEWALS: Final = ReportDefinition("renewals", N_("🔁 Renewals"), ENDED, compute, behind)
