"""Report of risk: whose own rhythm broke with what is at stake, and who of those contacted came back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.figures.pages import GYM_ITSELF, page_of, terms_of, to_card
from gym.reports.figures.risk import RiskRepository, RiskyMember
from gym.reports.outreach.models import OutreachKind
from gym.reports.outreach.repository import Contact, OutreachRepository
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

BROKEN: Final = N_(
    "Members whom the door would let in today and who stay away longer than they usually do: more than a "
    "week, and three times the median of their last ten gaps between visits. With fewer than five visits ten "
    "days are the limit. Days on which the gym was closed or the plan rested do not count."
)
AT_STAKE: Final = N_("What their plans are worth a month; of packs, trials and day passes the price.")
CONTACTED: Final = N_("Members written to or called in these days because they stayed away.")
CAME_BACK: Final = N_("Of them, those who came within 30 days after it.")
STILL_OPEN: Final = N_("Of them, those who have not come, but 30 days have not passed.")
KINDS: Final = {
    OutreachKind.MESSAGE: Term("message", N_("Written to")),
    OutreachKind.CALL: Term("call", N_("Called")),
}
BACK: Final = Term("back", N_("Came back"))
NOT_BACK: Final = Term("not_back", N_("Did not come"))
OPEN: Final = Term("open", N_("Not yet"))
OF_MEMBERS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("days", N_("Days away"), ColumnKind.COUNT),
    ReportColumn("usual", N_("Usual gap"), ColumnKind.COUNT),
    ReportColumn("last", N_("Last visit"), ColumnKind.DAY),
    ReportColumn("plan", N_("Plan")),
    ReportColumn("until", N_("Until"), ColumnKind.DAY),
    ReportColumn("contacted", N_("Contacted"), ColumnKind.DAY),
    ReportColumn("value", N_("At stake"), ColumnKind.MONEY, summed=True),
)
OF_CONTACTS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("outcome", N_("Outcome")),
    ReportColumn("day", N_("Contacted"), ColumnKind.DAY),
    ReportColumn("how", N_("How")),
    ReportColumn("staff", N_("By")),
    ReportColumn("away", N_("Days away"), ColumnKind.COUNT),
    ReportColumn("back", N_("Back on"), ColumnKind.DAY),
    ReportColumn("value", N_("At stake"), ColumnKind.MONEY, summed=True),
)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Two statements."""
    members = await RiskRepository(uow.session, uow.settings).broken(uow.today)
    contacts = await OutreachRepository(uow.session).contacts(terms_of(uow, asked))
    value = sum((one.value for one in members), Decimal(0))
    back = [one for one in contacts if one.back_on is not None]
    undecided = [one for one in contacts if one.is_open(uow.today)]
    count = ColumnKind.COUNT
    figures = [
        Figure("members", N_("At risk today"), count, len(members), BROKEN, behind="members"),
        Figure("value", N_("At stake"), ColumnKind.MONEY, value, AT_STAKE),
        Figure("contacted", N_("Contacted"), count, len(contacts), CONTACTED, behind="contacted"),
        Figure("back", N_("Came back"), count, len(back), CAME_BACK, behind="back"),
        Figure("open", N_("Not yet"), count, len(undecided), STILL_OPEN, behind="open"),
    ]
    tables = [
        Table("risk", N_("At risk today"), OF_MEMBERS, [_member(one) for one in members], BROKEN),
        Table("calls", N_("Contacted"), OF_CONTACTS, [_contact(one, uow) for one in contacts], CAME_BACK),
    ]
    return ReportResult(figures, tables)


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Members by what is at stake, or contacts by day."""
    if place == RowsPlace("", "members"):
        members = await RiskRepository(uow.session, uow.settings).broken(uow.today)
        return page_of(N_("At risk today"), OF_MEMBERS, [_member(one) for one in members], page)
    contacts = await OutreachRepository(uow.session).contacts(terms_of(uow, asked))
    wanted = [one for one in contacts if not place.table and _is_at(one, place.row, uow)]
    return (
        page_of(N_("Contacted"), OF_CONTACTS, [_contact(one, uow) for one in wanted], page)
        if wanted
        else None
    )


async def headline(uow: UnitOfWork) -> Sequence[Sentence]:
    """How many there are, and what is at stake; one statement."""
    members = await RiskRepository(uow.session, uow.settings).broken(uow.today)
    if not members:
        return []
    value = sum((one.value for one in members), Decimal(0))
    message = N_("😴 {count} stay away longer than usual: {value} a month at stake")
    return [Sentence(message, {"count": len(members), "value": value})]


def _is_at(one: Contact, row: str, uow: UnitOfWork) -> bool:
    match row:
        case "contacted":
            return True
        case "back":
            return one.back_on is not None
        case "open":
            return one.is_open(uow.today)
        case _:
            return False


def _member(one: RiskyMember) -> Row:
    usual = None if one.usual is None else round(one.usual)
    cells = (
        one.held.client_name,
        one.days,
        usual,
        one.last_visit,
        one.held.plan_name,
        one.ends_on,
        one.contacted_on,
        one.value,
    )
    return Row(cells, link=to_card(one.held.client_id))


def _contact(one: Contact, uow: UnitOfWork) -> Row:
    outcome = BACK if one.back_on else OPEN if one.is_open(uow.today) else NOT_BACK
    cells = (
        one.client_name,
        outcome,
        one.day,
        KINDS[one.kind],
        one.staff_name or GYM_ITSELF,
        one.days_away,
        one.back_on,
        one.value,
    )
    return Row(cells, link=to_card(one.client_id))


RISK: Final = ReportDefinition(
    "risk", N_("😴 At risk"), BROKEN, compute, behind, headline=headline, is_compared=False
)
