"""Report of money: what was received and billed in a range, by day, method, account, staff and plan; the
tills.

Billed and received are two figures and never one: what was sold, and what came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from gym.core.language import N_
from gym.payments.models import EntryCause, EntryKind
from gym.reports.definition import ReportDefinition
from gym.reports.money.moved import (
    NOTHING_MOVED,
    BilledSum,
    GroupedMoney,
    Grouping,
    MoneyRepository,
    MoneySums,
    TillBalance,
)
from gym.reports.money.rows import NONE, money_behind
from gym.reports.money.terms import CAUSES, METHODS, MOVEMENTS, NO_ACCOUNT, NO_PLAN, NOBODY
from gym.reports.ranges import RangeName, compared_with, named_range
from gym.reports.results import (
    ZERO,
    Asked,
    ColumnKind,
    Figure,
    ReportColumn,
    ReportResult,
    Row,
    Sentence,
    Table,
    Term,
    Value,
    row_key,
)
from gym.unit_of_work import UnitOfWork

NET: Final = N_(
    "Payments by the day on which the money came, less payments voided and refunds handed out in the "
    "same days. "
    "What is paid with a client's credit came in earlier and does not count again."
)
BILLED: Final = N_(
    "Prices charged in these days, whenever they are paid, less credits for what was canceled, changed, "
    "given or "
    "written off. It is what was sold, not what came in."
)
TILLS: Final = N_(
    "For each person and method: what the ledger had before the range, what came and went in it, what "
    "it has since. "
    "Nothing here knows of money taken to the bank. Counts are the last of each day."
)
OF_SUMS: Final = (
    ReportColumn("payments", N_("Payments"), ColumnKind.COUNT, summed=True),
    ReportColumn("received", N_("Received"), ColumnKind.MONEY, summed=True),
    ReportColumn("voided", N_("Voided"), ColumnKind.MONEY, summed=True),
    ReportColumn("refunded", N_("Refunded"), ColumnKind.MONEY, summed=True),
    ReportColumn("net", N_("Net"), ColumnKind.MONEY, summed=True),
)
FIRST: Final[Mapping[Grouping, tuple[str, ReportColumn]]] = {
    Grouping.DAY: (N_("By day"), ReportColumn("day", N_("Day"), ColumnKind.DAY)),
    Grouping.METHOD: (N_("By method"), ReportColumn("method", N_("Method"))),
    Grouping.ACCOUNT: (N_("By bank account"), ReportColumn("account", N_("Bank account"))),
    Grouping.STAFF: (N_("By who took it"), ReportColumn("staff", N_("Staff"))),
    Grouping.PLAN: (N_("By plan"), ReportColumn("plan", N_("Plan"))),
}
OF_TILLS: Final = (
    ReportColumn("staff", N_("Staff")),
    ReportColumn("method", N_("Method")),
    ReportColumn("opening", N_("Opening"), ColumnKind.MONEY, summed=True),
    ReportColumn("in", N_("In"), ColumnKind.MONEY, summed=True),
    ReportColumn("out", N_("Out"), ColumnKind.MONEY, summed=True),
    ReportColumn("closing", N_("Closing"), ColumnKind.MONEY, summed=True),
    ReportColumn("counts", N_("Counts"), ColumnKind.COUNT, summed=True),
    ReportColumn("difference", N_("Difference"), ColumnKind.MONEY, summed=True),
)
OF_BILLED: Final = (
    ReportColumn("what", N_("What")),
    ReportColumn("entries", N_("Entries"), ColumnKind.COUNT, summed=True),
    ReportColumn("amount", N_("Amount"), ColumnKind.MONEY, summed=True),
)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Three statements."""
    money = MoneyRepository(uow.session, uow.now)
    sums, tills, billed = await money.sums(asked), await money.tills(asked), await money.billed(asked)
    total = next((one.sums for one in sums if one.grouping is Grouping.ALL), NOTHING_MOVED)
    tables = [_table_of(grouping, sums) for grouping in FIRST]
    if not any(one.destination for one in sums):
        tables = [one for one in tables if one.key != Grouping.ACCOUNT]
    return ReportResult(
        _figures(total, billed),
        [*tables, _tills_table(tills), _billed_table(billed)],
        _sentences(sums, total),
    )


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """Two statements, for the ranges that a range is compared with."""
    money = MoneyRepository(uow.session, uow.now)
    return _figures(await money.totals(asked), await money.billed(asked))


async def headline(uow: UnitOfWork) -> Sequence[Sentence]:
    """This month so far against the same days of the last; two statements."""
    days = named_range(RangeName.THIS_MONTH, uow.today)
    money = MoneyRepository(uow.session, uow.now)
    now = await money.totals(Asked(days))
    before = await money.totals(Asked(compared_with(days).before))
    message = N_("💵 {net} received this month, {before} by this day of the last")
    return [Sentence(message, {"net": now.net, "before": before.net})]


def _figures(total: MoneySums, billed: Sequence[BilledSum]) -> list[Figure]:
    sold = sum((one.amount for one in billed), ZERO)
    return [
        _money("net", N_("Received"), total.net, NET),
        _money("received", N_("Payments taken"), total.received, N_("Before voids and refunds.")),
        _money("voided", N_("Voided"), total.voided, N_("On the day of the void, whenever it was paid.")),
        _money("refunded", N_("Refunded"), total.refunded, N_("Handed out; what is kept as credit is not.")),
        _money("billed", N_("Billed"), sold, BILLED),
    ]


def _money(key: str, title: str, value: Decimal, definition: str) -> Figure:
    return Figure(key, title, ColumnKind.MONEY, value, definition, behind=key)


def _sentences(sums: Sequence[GroupedMoney], total: MoneySums) -> list[Sentence]:
    """What brought most: by plan, where there are several."""
    plans = [one for one in sums if one.grouping is Grouping.PLAN and one.plan_name]
    if len(plans) < 2 or total.net <= 0:
        return []
    best = plans[0]
    message = N_("{plan} brought most: {net}.")
    return [Sentence(message, {"plan": best.plan_name, "net": best.sums.net})]


def _table_of(grouping: Grouping, sums: Sequence[GroupedMoney]) -> Table:
    title, first = FIRST[grouping]
    found = [one for one in sums if one.grouping is grouping and _is_shown(one)]
    return Table(grouping, title, (first, *OF_SUMS), [_row(one) for one in found], NET)


def _is_shown(one: GroupedMoney) -> bool:
    """Bank accounts are of transfers only."""
    return one.grouping is not Grouping.ACCOUNT or (one.method is not None and one.method.value == "transfer")


def _row(one: GroupedMoney) -> Row:
    name, key = _named(one)
    sums = one.sums
    return Row((name, sums.payments, sums.received, sums.voided, sums.refunded, sums.net), key)


def _named(one: GroupedMoney) -> tuple[Value, str]:
    """What a row is called, and its key."""
    match one.grouping:
        case Grouping.DAY:
            return one.day, f"{one.day:%Y%m%d}"
        case Grouping.METHOD:
            assert one.method is not None, "what moves a till has a method"
            return METHODS[one.method], one.method.value
        case Grouping.ACCOUNT:
            return one.destination or NO_ACCOUNT, one.destination_key or NONE
        case Grouping.STAFF:
            return one.staff_name or NOBODY, row_key(one.staff_id) if one.staff_id else NONE
        case _:
            return one.plan_name or NO_PLAN, row_key(one.plan_id) if one.plan_id else NONE


def _tills_table(tills: Sequence[TillBalance]) -> Table:
    rows = [
        Row(
            (
                one.staff_name,
                METHODS[one.method],
                one.opening,
                one.came,
                one.went,
                one.closing,
                one.counts,
                one.difference,
            ),
            row_key(one.staff_id),
        )
        for one in tills
    ]
    return Table("tills", N_("Tills"), OF_TILLS, rows, TILLS, main="closing")


def _billed_table(billed: Sequence[BilledSum]) -> Table:
    """Charges, then each cause of credits; what came back after a refund is charged and credited alike."""
    sums: dict[Term, BilledSum] = {}
    for one in billed:
        what = _billed_as(one)
        known = sums.get(what)
        entries, amount = (known.entries, known.amount) if known else (0, ZERO)
        sums[what] = BilledSum(one.kind, one.cause, entries + one.entries, amount + one.amount)
    rows = [Row((what, one.entries, one.amount), what.code) for what, one in sums.items()]
    return Table("billed", N_("Billed"), OF_BILLED, rows, BILLED)


def _billed_as(one: BilledSum) -> Term:
    is_price = one.kind is EntryKind.CHARGE and one.cause is not EntryCause.RETURNED
    return MOVEMENTS[EntryKind.CHARGE] if is_price else CAUSES[one.cause]


MONEY: Final = ReportDefinition(
    "money", N_("💵 Money"), NET, compute, money_behind, figures, headline, "day", is_own_day=True
)
