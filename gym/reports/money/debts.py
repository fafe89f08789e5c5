"""Report of debts: owed at the end of a range by age, promised days, collected in the range."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.money.owed import CollectedDay, DebtAge, OwedDebt, OwedRepository, OwedSums
from gym.reports.results import (
    ZERO,
    Asked,
    ColumnKind,
    Figure,
    LinkKind,
    ReportColumn,
    ReportResult,
    Row,
    RowLink,
    RowsBehind,
    RowsPlace,
    Sentence,
    Table,
    Term,
)
from gym.unit_of_work import UnitOfWork

DEFINITION: Final = N_(
    "What is owed at the end of the last day for plans that have begun and for products on account, by the "
    "days since the plan's first day or the sale."
)
COLLECTED: Final = N_(
    "Payments in these days for plans that had begun, and for products that were sold, on an earlier day, "
    "less voids of such payments. What is paid on the first day was no debt, and a client's credit is no "
    "money that comes in."
)
PROMISED: Final = N_("Of what is owed, what is put off until a day to come.")
BROKEN: Final = N_("Put off until a day that has come, and still owed.")
AGES: Final = {
    DebtAge.WEEK: Term("0-7", N_("Up to 7 days")),
    DebtAge.MONTH: Term("8-30", N_("8 to 30 days")),
    DebtAge.QUARTER: Term("31-90", N_("31 to 90 days")),
    DebtAge.OLDER: Term("older", N_("Over 90 days")),
}
OF_AGES: Final = (
    ReportColumn("age", N_("Age")),
    ReportColumn("debts", N_("Debts"), ColumnKind.COUNT, summed=True),
    ReportColumn("owed", N_("Owed"), ColumnKind.MONEY, summed=True),
)
OF_DEBTS: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("plan", N_("For")),
    ReportColumn("since", N_("Since"), ColumnKind.DAY),
    ReportColumn("days", N_("Days"), ColumnKind.COUNT),
    ReportColumn("promised", N_("Put off until"), ColumnKind.DAY),
    ReportColumn("owed", N_("Owed"), ColumnKind.MONEY, summed=True),
)
OF_PROMISES: Final = (
    ReportColumn("promised", N_("Put off until"), ColumnKind.DAY),
    ReportColumn("client", N_("Client")),
    ReportColumn("owed", N_("Owed"), ColumnKind.MONEY, summed=True),
)
OF_COLLECTED: Final = (
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("payments", N_("Payments"), ColumnKind.COUNT, summed=True),
    ReportColumn("collected", N_("Collected"), ColumnKind.MONEY, summed=True),
)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Two statements."""
    repository, last = OwedRepository(uow.session), asked.days.last
    owed, collected = await repository.owed(last), await repository.collected(asked.days, uow.now)
    debts = Table("debts", N_("Debts"), OF_DEBTS, [_debt_row(one) for one in owed], DEFINITION)
    tables = [_ages(owed), debts, _promises(owed), _collected(collected)]
    return ReportResult(_figures(_summed(owed, last), collected), tables)


async def headline(uow: UnitOfWork) -> Sequence[Sentence]:
    """What is owed now; one statement."""
    debts, owed = await OwedRepository(uow.session).owed_now(uow.today)
    message = N_("🧾 {owed} owed now, debts: {debts}")
    return [Sentence(message, {"owed": owed, "debts": debts})] if debts else []


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Debts of one age, or behind a figure; the oldest first."""
    last = asked.days.last
    owed = await OwedRepository(uow.session).owed(last)
    if place.table == "ages" and place.row in AGES:
        found = [one for one in owed if one.age == place.row]
        name: Term | None = AGES[DebtAge(place.row)]
    elif not place.table and place.row in BEHIND:
        found, name = [one for one in owed if place.row == "owed" or _promise(one, last) == place.row], None
    else:
        return None
    rows = [_debt_row(one) for one in found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]]
    table = Table("rows", N_("Debts"), OF_DEBTS, rows)
    return RowsBehind(table, page, len(found), _sum(found), name)


BEHIND: Final = frozenset({"owed", "put", "broken"})


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """Two statements that bring sums only, for the ranges that a range is compared with."""
    repository = OwedRepository(uow.session)
    sums = await repository.sums(asked.days.last)
    return _figures(sums, await repository.collected(asked.days, uow.now))


def _summed(owed: Sequence[OwedDebt], last: date) -> OwedSums:
    put, broken = (_sum([one for one in owed if _promise(one, last) == kept]) for kept in ("put", "broken"))
    return OwedSums(len(owed), _sum(owed), put, broken)


def _figures(sums: OwedSums, collected: Sequence[CollectedDay]) -> list[Figure]:
    came = sum((one.amount for one in collected), ZERO)
    return [
        Figure("owed", N_("Owed"), ColumnKind.MONEY, sums.owed, DEFINITION, behind="owed"),
        Figure("debts", N_("Debts"), ColumnKind.COUNT, sums.debts, ""),
        Figure("promised", N_("Promised"), ColumnKind.MONEY, sums.put, PROMISED, behind="put"),
        Figure("broken", N_("Promises that passed"), ColumnKind.MONEY, sums.broken, BROKEN, behind="broken"),
        Figure("collected", N_("Collected"), ColumnKind.MONEY, came, COLLECTED),
    ]


def _promise(one: OwedDebt, last: date) -> str:
    """`put` while the day is to come after the range, `broken` once it has come."""
    if one.promised is None:
        return ""
    return "put" if one.promised > last else "broken"


def _sum(owed: Sequence[OwedDebt]) -> Decimal:
    return sum((one.owed for one in owed), ZERO)


def _ages(owed: Sequence[OwedDebt]) -> Table:
    """Every band, also those without a debt."""
    groups = {age: [one for one in owed if one.age is age] for age in DebtAge}
    rows = [Row((AGES[age], len(found), _sum(found)), age if found else "") for age, found in groups.items()]
    return Table("ages", N_("By age"), OF_AGES, rows, DEFINITION)


def _debt_row(one: OwedDebt) -> Row:
    cells = (one.client_name, one.what, one.since, one.days, one.promised, one.owed)
    return Row(cells, link=RowLink(LinkKind.CLIENT, one.client_id))


def _promises(owed: Sequence[OwedDebt]) -> Table:
    found = sorted((one.promised, one.client_name, one.owed, one.client_id) for one in owed if one.promised)
    rows = [
        Row((day, name, amount), link=RowLink(LinkKind.CLIENT, client)) for day, name, amount, client in found
    ]
    return Table("prom", N_("Promised days"), OF_PROMISES, rows, PROMISED)


def _collected(collected: Sequence[CollectedDay]) -> Table:
    rows = [Row((one.day, one.payments, one.amount)) for one in collected]
    return Table("coll", N_("Collected"), OF_COLLECTED, rows, COLLECTED)


DEBTS: Final = ReportDefinition("debts", N_("🧾 Debts"), DEFINITION, compute, behind, figures, headline)
