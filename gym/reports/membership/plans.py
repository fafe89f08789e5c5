"""Report of plans: sold, renewed, changed, cancelled, and the clients active at the end of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.figures.active import ActiveRepository
from gym.reports.figures.pages import GYM_ITSELF, OF_PLAN, OF_SELLER, key_of, narrowed, terms_of, to_card
from gym.reports.figures.plan_sales import (
    PlanEvent,
    PlanEventCounts,
    PlanEventKind,
    PlanEventTally,
    PlanSalesRepository,
    count_acts,
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

SOLD: Final = N_("Sold as new, by the day of the sale. What came with a list was not sold here.")
RENEWED: Final = N_("Sold as the renewal of an earlier one, by the day of the sale.")
CHANGED: Final = N_("Begun in the middle of another one, which ended for it.")
CANCELED: Final = N_("Ended by somebody, begun or not; a change of plan and an undone list are not counted.")
ACTIVE: Final = N_(
    "Clients whose paid or graced period covers the end of the day, by what was owed then; resting plans too."
)
BILLED: Final = N_(
    "Prices of what was sold, renewed and changed to, after discounts, whenever they are paid."
)
KINDS: Final = {
    PlanEventKind.SOLD: Term("sold", N_("Sold")),
    PlanEventKind.RENEWED: Term("renewed", N_("Renewed")),
    PlanEventKind.CHANGED: Term("changed", N_("Changed")),
    PlanEventKind.CANCELED: Term("canceled", N_("Canceled")),
}
COUNTED: Final = (
    ReportColumn("sold", N_("Sold"), ColumnKind.COUNT, summed=True),
    ReportColumn("renewed", N_("Renewed"), ColumnKind.COUNT, summed=True),
    ReportColumn("changed", N_("Changed"), ColumnKind.COUNT, summed=True),
    ReportColumn("canceled", N_("Canceled"), ColumnKind.COUNT, summed=True),
    ReportColumn("billed", N_("Billed"), ColumnKind.MONEY, summed=True),
)
HELD: Final = ReportColumn("active", N_("Active on the last day"), ColumnKind.COUNT)
COLUMNS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("what", N_("What")),
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("plan", N_("Plan")),
    ReportColumn("seller", N_("Sold by")),
    ReportColumn("amount", N_("Amount"), ColumnKind.MONEY),
)
HOLDERS: Final = (ReportColumn("client", N_("Client")), ReportColumn("plan", N_("Plan")))


BEHIND: Final = {"": "kind = :row", "plan": OF_PLAN, "seller": OF_SELLER}
HELD_BEHIND: Final = {"": ":row = 'active'", "plan": OF_PLAN}


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Three statements."""
    terms = terms_of(uow, asked)
    acts = await PlanSalesRepository(uow.session).tallies(terms)
    days = await ActiveRepository(uow.session).each_day(terms)
    held = await ActiveRepository(uow.session).tallies_on(terms.last, terms)
    by_day = Table(
        "days",
        N_("Active by day"),
        (
            ReportColumn("day", N_("Day"), ColumnKind.DAY),
            ReportColumn("clients", N_("Clients"), ColumnKind.COUNT),
        ),
        [Row((one.day, one.clients)) for one in days],
        ACTIVE,
    )
    active = days[-1].clients if days else 0
    plans, sellers = _plans(acts, held.holders), _sellers(acts)
    return ReportResult(_figures(count_acts(acts), active), [plans, sellers, by_day])


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """Two statements, for the ranges that a range is compared with."""
    terms = terms_of(uow, asked)
    acts = await PlanSalesRepository(uow.session).tallies(terms)
    days = await ActiveRepository(uow.session).each_day(replace(terms, first=terms.last))
    return _figures(count_acts(acts), days[-1].clients if days else 0)


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Sales and cancellations by day, or the active clients of the last day where there were none."""
    terms, wanted = terms_of(uow, asked), narrowed(place, page, BEHIND)
    if wanted is None:
        return None
    acts = await PlanSalesRepository(uow.session).acts(terms, wanted)
    if acts.items:
        return RowsBehind(
            Table("rows", N_("Plans"), COLUMNS, [_row(one) for one in acts.items]), page, acts.total
        )
    holding = narrowed(place, page, HELD_BEHIND)
    if holding is None:
        return None
    held = await ActiveRepository(uow.session).held_on(terms.last, terms, holding)
    rows = [Row((one.client_name, one.plan_name), link=to_card(one.client_id)) for one in held.items]
    table = Table("rows", N_("Active clients"), HOLDERS, rows)
    return RowsBehind(table, page, held.total) if rows or page else None


def _figures(counts: PlanEventCounts, active: int) -> list[Figure]:
    def counted(key: str, title: str, value: int, says: str) -> Figure:
        return Figure(key, title, ColumnKind.COUNT, value, says, behind=key)

    return [
        counted("active", N_("Active on the last day"), active, ACTIVE),
        counted("sold", N_("Sold"), counts.sold, SOLD),
        counted("renewed", N_("Renewed"), counts.renewed, RENEWED),
        counted("changed", N_("Changed"), counts.changed, CHANGED),
        counted("canceled", N_("Canceled"), counts.canceled, CANCELED),
        Figure("billed", N_("Billed"), ColumnKind.MONEY, counts.billed, BILLED),
    ]


def _plans(acts: Sequence[PlanEventTally], holders: Sequence[tuple[UUID, str, int]]) -> Table:
    """By name, those alone that somebody bought or holds."""
    active = {plan_id: clients for plan_id, _, clients in holders}
    names = {plan_id: name for plan_id, name, _ in holders} | {one.plan_id: one.plan_name for one in acts}
    rows = [
        Row(
            (name, *_cells([one for one in acts if one.plan_id == plan_id]), active.get(plan_id, 0)),
            key_of(plan_id),
        )
        for plan_id, name in sorted(names.items(), key=lambda item: item[1])
    ]
    return Table(
        "plan", N_("By plan"), (ReportColumn("plan", N_("Plan")), *COUNTED, HELD), rows, ACTIVE, "active"
    )


def _sellers(acts: Sequence[PlanEventTally]) -> Table:
    names = {one.seller_id: one.seller_name or GYM_ITSELF for one in acts}
    rows = [
        Row((name, *_cells([one for one in acts if one.seller_id == seller_id])), key_of(seller_id))
        for seller_id, name in sorted(names.items(), key=lambda item: str(item[1]))
    ]
    return Table("seller", N_("By who sold"), (ReportColumn("seller", N_("Sold by")), *COUNTED), rows, BILLED)


def _cells(acts: Sequence[PlanEventTally]) -> tuple[int | Decimal, ...]:
    counts = count_acts(acts)
    return counts.sold, counts.renewed, counts.changed, counts.canceled, counts.billed


def _row(one: PlanEvent) -> Row:
    seller = one.seller_name or GYM_ITSELF
    cells = (one.client_name, KINDS[one.kind], one.day, one.plan_name, seller, one.amount)
    return Row(cells, link=to_card(one.client_id))


PLANS: Final = ReportDefinition("plans", N_("🎫 Plans"), ACTIVE, compute, behind, figures, course="days")
