"""Report of coming and going: new, back, left and not renewed yet, by plan and by who sold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.figures.movement import (
    Movement,
    MovementCounts,
    MovementKind,
    MovementRepository,
    MovementTally,
    count_movements,
    movements_by,
)
from gym.reports.figures.pages import GYM_ITSELF, OF_PLAN, OF_SELLER, key_of, narrowed, terms_of, to_card
from gym.reports.ranges import RangeName, named_range
from gym.reports.results import (
    Asked,
    ColumnKind,
    Figure,
    ReportColumn,
    ReportResult,
    Row,
    RowsBehind,
    RowsPlace,
    Sentence,
    Table,
    Term,
)
from gym.unit_of_work import UnitOfWork

NEW: Final = N_(
    "First start ever. A plan that came with a list is not counted: when its client came first is not known."
)
BACK: Final = N_("Start after more than 30 days without a plan.")
LEFT: Final = N_(
    "Last day of a plan, and nothing for 30 days after it. A plan that rests until its client returns has "
    "not ended; one that was canceled ended on the day before. Who returns after exactly 30 days has neither "
    "left nor come back."
)
NET: Final = N_("New and back, less left.")
NOT_YET: Final = N_("The last plan is over and was not renewed, but 30 days have not passed.")
WHOSE: Final = N_("Plan and seller are those of the period that began or ended.")
KINDS: Final = {
    MovementKind.NEW: Term("new", N_("New")),
    MovementKind.BACK: Term("back", N_("Back")),
    MovementKind.LEFT: Term("left", N_("Left")),
    MovementKind.NOT_YET: Term("not_yet", N_("Not renewed yet")),
}
COUNTED: Final = (
    ReportColumn("new", N_("New"), ColumnKind.COUNT, summed=True),
    ReportColumn("back", N_("Back"), ColumnKind.COUNT, summed=True),
    ReportColumn("left", N_("Left"), ColumnKind.COUNT, summed=True),
    ReportColumn("not_yet", N_("Not renewed yet"), ColumnKind.COUNT, summed=True),
    ReportColumn("net", N_("Net"), ColumnKind.COUNT, summed=True),
)
COLUMNS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("what", N_("What")),
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("plan", N_("Plan")),
    ReportColumn("seller", N_("Sold by")),
)


BEHIND: Final = {"": "kind = :row", "plan": OF_PLAN, "seller": OF_SELLER}


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """One statement."""
    found = await MovementRepository(uow.session).tallies(terms_of(uow, asked))
    plans = _table("plan", N_("By plan"), ReportColumn("plan", N_("Plan")), found)
    sellers = _table("seller", N_("By who sold"), ReportColumn("seller", N_("Sold by")), found)
    return ReportResult(_figures(count_movements(found)), [plans, sellers])


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """One statement, for the ranges that a range is compared with."""
    found = await MovementRepository(uow.session).tallies(terms_of(uow, asked))
    return _figures(count_movements(found))


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Clients by day."""
    wanted = narrowed(place, page, BEHIND)
    if wanted is None:
        return None
    found = await MovementRepository(uow.session).movements(terms_of(uow, asked), wanted)
    rows = [_row(one) for one in found.items]
    return (
        RowsBehind(Table("rows", N_("Clients"), COLUMNS, rows), page, found.total) if rows or page else None
    )


async def headline(uow: UnitOfWork) -> Sequence[Sentence]:
    """This month so far; one statement."""
    asked = Asked(named_range(RangeName.THIS_MONTH, uow.today))
    found = count_movements(await MovementRepository(uow.session).tallies(terms_of(uow, asked)))
    message = N_("🚪 This month {came} came (new or back), {left} left")
    return [Sentence(message, {"came": found.new + found.back, "left": found.left})]


def _figures(counts: MovementCounts) -> list[Figure]:
    return [
        Figure("new", N_("New"), ColumnKind.COUNT, counts.new, NEW, behind="new"),
        Figure("back", N_("Back"), ColumnKind.COUNT, counts.back, BACK, behind="back"),
        Figure("left", N_("Left"), ColumnKind.COUNT, counts.left, LEFT, behind="left"),
        Figure("net", N_("Net"), ColumnKind.COUNT, counts.net, NET),
        Figure("not_yet", N_("Not renewed yet"), ColumnKind.COUNT, counts.not_yet, NOT_YET, behind="not_yet"),
    ]


def _table(key: str, title: str, first: ReportColumn, tallies: Sequence[MovementTally]) -> Table:
    """By plan or by seller, whoever moved most people first."""
    by_plan = key == "plan"
    rows = [
        Row(
            (
                group[0].plan_name if by_plan else group[0].seller_name or GYM_ITSELF,
                counts.new,
                counts.back,
                counts.left,
                counts.not_yet,
                counts.net,
            ),
            key_of(group[0].plan_id if by_plan else group[0].seller_id),
        )
        for group, counts in movements_by(tallies, lambda one: one.plan_id if by_plan else one.seller_id)
    ]
    return Table(key, title, (first, *COUNTED), rows, WHOSE)


def _row(one: Movement) -> Row:
    cells = (one.client_name, KINDS[one.kind], one.day, one.plan_name, one.seller_name or GYM_ITSELF)
    return Row(cells, link=to_card(one.client_id))


COMING: Final = ReportDefinition(
    "coming",
    N_("🚪 Coming and going"),
    N_("Memberships that began, began again or ended; up to 30 days without a plan end none."),
    compute,
    behind,
    figures=figures,
    headline=headline,
)
