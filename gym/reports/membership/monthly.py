"""Report of monthly revenue: MRR at the end of the range, and ARPU over it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from gym.core.language import N_
from gym.core.money import to_cents
from gym.reports.definition import ReportDefinition
from gym.reports.figures.active import ActivePlan, ActiveRepository, ActiveTally, PlanFamily
from gym.reports.figures.pages import OF_PLAN, key_of, narrowed, terms_of, to_card
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


BEHIND: Final = {
    "": "family = 'time' AND :row = 'mrr'",
    "plan": f"family = 'time' AND {OF_PLAN}",
    "others": "family = :row",
}


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Three statements."""
    terms = terms_of(uow, asked)
    active = ActiveRepository(uow.session)
    held = await active.tallies_on(terms.last, terms)
    anybody = await active.on_any_day(terms)
    received = (await MoneyRepository(uow.session, uow.now).totals(asked)).net
    arpu = to_cents(received / anybody) if anybody else ZERO
    figures = [
        Figure("mrr", N_("MRR"), ColumnKind.MONEY, held.monthly, MRR, behind="mrr"),
        Figure("arpu", N_("ARPU"), ColumnKind.MONEY, arpu, ARPU),
        Figure("received", N_("Received"), ColumnKind.MONEY, received, RECEIVED),
        Figure("active", N_("Active clients"), ColumnKind.COUNT, anybody, ANYBODY),
    ]
    return ReportResult(figures, [_plans(held.prices), _others(held.prices)])


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Active plans by client."""
    terms, wanted = terms_of(uow, asked), narrowed(place, page, BEHIND)
    if wanted is None:
        return None
    found = await ActiveRepository(uow.session).held_on(terms.last, terms, wanted)
    table = Table("rows", N_("Active plans"), COLUMNS, [_row(one) for one in found.items])
    return RowsBehind(table, page, found.total) if found.items or page else None


def _plans(held: Sequence[ActiveTally]) -> Table:
    """Time plans by name."""
    timed = [one for one in held if one.family is PlanFamily.TIME]
    rows: list[Row] = []
    for plan_id, group in groupby(timed, key=lambda one: one.plan_id):
        own = list(group)
        monthly = sum((one.monthly for one in own), ZERO)
        rows.append(Row((own[0].plan_name, sum(one.plans for one in own), monthly), key_of(plan_id)))
    return Table("plan", N_("By plan"), OF_PLANS, rows, MRR)


def _others(held: Sequence[ActiveTally]) -> Table:
    rows: list[Row] = []
    for family, term in FAMILIES.items():
        own = [one for one in held if one.family is family]
        if own:
            prices = sum((one.plans * one.final_price for one in own), ZERO)
            rows.append(Row((term, sum(one.plans for one in own), prices), term.code))
    return Table("others", N_("Packs, trials, day passes"), OF_OTHERS, rows, APART)


def _row(one: ActivePlan) -> Row:
    return Row((one.client_name, one.plan_name, one.final_price, one.monthly), link=to_card(one.client_id))


MONTHLY: Final = ReportDefinition("mrr", N_("📆 Monthly revenue"), MRR, compute, behind)
