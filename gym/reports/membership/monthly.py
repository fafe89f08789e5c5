"""Report of monthly revenue: MRR at the end of the range, and ARPU over it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gym.core.language import N_
from gym.core.money import to_cents
from gym.reports.definition import ReportDefinition
from gym.reports.figures.active import ActivePlan, ActiveRepository, PlanFamily, monthly_revenue
from gym.reports.figures.pages import key_of, page_of, terms_of, to_card
from gym.reports.money.moved import MoneyRepository
from gym.reports.results import (
    ZERO,
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

MRR: Final = N_(
    "What the time plans active at the end of the last day are worth a month: the price after discounts "
    "divided by the plan's months, days and weeks by 365 ÷ 12. Packs, trials and day passes stand apart."
)
ARPU: Final = N_("Money received in the range, less voids and refunds, divided by the active clients.")
RECEIVED: Final = N_("As in the report of money.")
ANYBODY: Final = N_("Clients who were active at the end of one of the days or more.")
APART: Final = N_("Active at the end of the last day, at the price they were sold for.")
FAMILIES: Final = {
    PlanFamily.PACK: Term("pack", N_("Visit packs")),
    PlanFamily.TRIAL: Term("trial", N_("Trials")),
    PlanFamily.DAY_PASS: Term("day_pass", N_("Day passes")),
}
OF_PLANS: Final = (
    ReportColumn("plan", N_("Plan")),
    ReportColumn("active", N_("Active"), ColumnKind.COUNT, summed=True),
    ReportColumn("monthly", N_("A month"), ColumnKind.MONEY, summed=True),
)
OF_OTHERS: Final = (
    ReportColumn("what", N_("What")),
    ReportColumn("active", N_("Active"), ColumnKind.COUNT, summed=True),
    ReportColumn("price", N_("Prices"), ColumnKind.MONEY, summed=True),
)
COLUMNS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("plan", N_("Plan")),
    ReportColumn("price", N_("Price"), ColumnKind.MONEY),
    ReportColumn("monthly", N_("A month"), ColumnKind.MONEY),
)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Three statements."""
    terms = terms_of(uow, asked)
    active = ActiveRepository(uow.session)
    held = await active.held_on(terms.last, terms)
    anybody = await active.on_any_day(terms)
    received = (await MoneyRepository(uow.session).totals(asked)).net
    arpu = to_cents(received / anybody) if anybody else ZERO
    figures = [
        Figure("mrr", N_("MRR"), ColumnKind.MONEY, monthly_revenue(held), MRR, behind="mrr"),
        Figure("arpu", N_("ARPU"), ColumnKind.MONEY, arpu, ARPU),
        Figure("received", N_("Received"), ColumnKind.MONEY, received, RECEIVED),
        Figure("active", N_("Active clients"), ColumnKind.COUNT, anybody, ANYBODY),
    ]
    return ReportResult(figures, [_plans(held), _others(held)])


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Active plans by client."""
    terms = terms_of(uow, asked)
    held = await ActiveRepository(uow.session).held_on(terms.last, terms)
    chosen = [one for one in held if _is_at(one, place)]
    return page_of(N_("Active plans"), COLUMNS, [_row(one) for one in chosen], page) if chosen else None


def _plans(held: Sequence[ActivePlan]) -> Table:
    timed = [one for one in held if one.family is PlanFamily.TIME]
    names = {key_of(one.plan_id): one.plan_name for one in timed}
    rows: list[Row] = []
    for key, name in names.items():
        own = [one for one in timed if key_of(one.plan_id) == key]
        rows.append(Row((name, len(own), monthly_revenue(own)), key))
    rows.sort(key=lambda row: str(row.cells[0]))
    return Table("plan", N_("By plan"), OF_PLANS, rows, MRR)


def _others(held: Sequence[ActivePlan]) -> Table:
    rows: list[Row] = []
    for family, term in FAMILIES.items():
        own = [one for one in held if one.family is family]
        if own:
            prices = sum((one.final_price for one in own), Decimal(0))
            rows.append(Row((term, len(own), prices), term.code))
    return Table("others", N_("Packs, trials, day passes"), OF_OTHERS, rows, APART)


def _is_at(one: ActivePlan, place: RowsPlace) -> bool:
    match place.table:
        case "":
            return place.row == "mrr" and one.family is PlanFamily.TIME
        case "plan":
            return one.family is PlanFamily.TIME and key_of(one.plan_id) == place.row
        case "others":
            return one.family.value == place.row
        case _:
            return False


def _row(one: ActivePlan) -> Row:
    return Row((one.client_name, one.plan_name, one.final_price, one.monthly), link=to_card(one.client_id))


MONTHLY: Final = ReportDefinition("mrr", N_("📆 Monthly revenue"), MRR, compute, behind)
