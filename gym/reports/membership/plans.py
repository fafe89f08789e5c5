"""Report of plans: sold, renewed, changed, cancelled, and the clients active at the end of each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.figures.active import ActivePlan, ActiveRepository
from gym.reports.figures.pages import GYM_ITSELF, key_of, page_of, terms_of, to_card
from gym.reports.figures.plan_sales import (
    PlanEvent,
    PlanEventCounts,
    PlanEventKind,
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


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Three statements."""
    terms = terms_of(uow, asked)
    acts = await PlanSalesRepository(uow.session).acts(terms)
    days = await ActiveRepository(uow.session).each_day(terms)
    held = await ActiveRepository(uow.session).held_on(terms.last, terms)
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
    return ReportResult(_figures(count_acts(acts), active), [_plans(acts, held), _sellers(acts), by_day])


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Sales and cancellations by day, or the active clients of the last day where there were none."""
    terms = terms_of(uow, asked)
    acts = [one for one in await PlanSalesRepository(uow.session).acts(terms) if _is_at(one, place)]
    if acts:
        return page_of(N_("Plans"), COLUMNS, [_row(one) for one in acts], page)
    held = await ActiveRepository(uow.session).held_on(terms.last, terms)
    rows = [
        Row((one.client_name, one.plan_name), link=to_card(one.client_id))
        for one in held
        if place == RowsPlace("", "active") or place == RowsPlace("plan", key_of(one.plan_id))
    ]
    return page_of(N_("Active clients"), HOLDERS, rows, page) if rows else None


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


def _plans(acts: Sequence[PlanEvent], held: Sequence[ActivePlan]) -> Table:
    active = Counter(key for key, _ in {(key_of(one.plan_id), one.client_id) for one in held})
    names = {key_of(one.plan_id): one.plan_name for one in (*held, *acts)}
    rows = [
        Row((name, *_cells([one for one in acts if key_of(one.plan_id) == key]), active[key]), key)
        for key, name in sorted(names.items(), key=lambda item: item[1])
    ]
    return Table(
        "plan", N_("By plan"), (ReportColumn("plan", N_("Plan")), *COUNTED, HELD), rows, ACTIVE, "active"
    )


def _sellers(acts: Sequence[PlanEvent]) -> Table:
    names = {key_of(one.seller_id): one.seller_name or GYM_ITSELF for one in acts}
    rows = [
        Row((name, *_cells([one for one in acts if key_of(one.seller_id) == key])), key)
        for key, name in sorted(names.items(), key=lambda item: str(item[1]))
    ]
    return Table("seller", N_("By who sold"), (ReportColumn("seller", N_("Sold by")), *COUNTED), rows, BILLED)


def _cells(acts: Sequence[PlanEvent]) -> tuple[int | Decimal, ...]:
    counts = count_acts(acts)
    return counts.sold, counts.renewed, counts.changed, counts.canceled, counts.billed


def _is_at(one: PlanEvent, place: RowsPlace) -> bool:
    match place.table:
        case "":
            return one.kind.value == place.row
        case "plan":
            return key_of(one.plan_id) == place.row
        case "seller":
            return key_of(one.seller_id) == place.row
        case _:
            return False


def _row(one: PlanEvent) -> Row:
    seller = one.seller_name or GYM_ITSELF
    cells = (one.client_name, KINDS[one.kind], one.day, one.plan_name, seller, one.amount)
    return Row(cells, link=to_card(one.client_id))


PLANS: Final = ReportDefinition("plans", N_("🎫 Plans"), ACTIVE, compute, behind)
