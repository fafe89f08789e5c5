"""Report of taxes for the accountant: every receipt, void and refund with base, tax and total, by day.

Prices hold the tax; how it is rounded stands in `gym.payments.tax`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.payments.tax import TaxedAmount
from gym.reports.definition import ReportDefinition
from gym.reports.money.tax_receipts import (
    BY_DAY,
    MOST_AT_ONCE,
    OF_RECEIPTS,
    TaxedDay,
    TaxedReceipts,
)
from gym.reports.results import (
    ZERO,
    Asked,
    ColumnKind,
    Figure,
    LongRows,
    ReportColumn,
    ReportResult,
    Row,
    Sentence,
    Table,
)
from gym.unit_of_work import UnitOfWork

DEFINITION: Final = N_(
    "Every receipt by the day on which it was paid, in the order of its number, and voids and refunds "
    "below zero on "
    "their own days. Prices include the tax: of plans at the rate of the settings, "
    "of products at their own. What is paid with a client's "
    "credit stands "
    "with 0, since that money was listed when it came."
)
OF_DAYS: Final = (
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("rows", N_("Rows"), ColumnKind.COUNT, summed=True),
    ReportColumn("base", N_("Base"), ColumnKind.MONEY, summed=True),
    ReportColumn("tax", N_("Tax"), ColumnKind.MONEY, summed=True),
    ReportColumn("total", N_("Total"), ColumnKind.MONEY, summed=True),
)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Two statements."""
    days = await _days(uow, asked)
    sheet = await _sheet(uow, asked, days)
    message = N_("Tax number: {number}. Rate: {percent} %.")
    settings = uow.settings
    words = {"number": settings.tax_number or "–", "percent": f"{settings.tax_percent.normalize():f}"}
    return ReportResult(_figures(days), [_by_day(days), sheet], [Sentence(message, words)])


async def _sheet(uow: UnitOfWork, asked: Asked, days: Sequence[TaxedDay]) -> Table:
    """With all receipts, or with the first page of more than are kept at once."""
    receipts, long, size = TaxedReceipts(_terms(uow, asked), days), None, MOST_AT_ONCE
    if receipts.count > MOST_AT_ONCE:
        sums, size = _summed(days), PAGE_SIZE
        totals = {"base": sums.base, "tax": sums.tax, "total": sums.total}
        long = LongRows(receipts.count, totals, receipts.page, receipts.stream)
    rows = await receipts.page(uow.session, 0, size)
    return Table("taxes", N_("Receipts"), OF_RECEIPTS, rows, DEFINITION, main="total", long=long)


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """One statement, for the ranges that a range is compared with."""
    return _figures(await _days(uow, asked))


async def _days(uow: UnitOfWork, asked: Asked) -> Sequence[TaxedDay]:
    rows = (await uow.session.execute(BY_DAY, _terms(uow, asked) | {"now": uow.now})).all()
    return [TaxedDay(row.gym_day, row.rows, TaxedAmount(row.total, row.total - row.base)) for row in rows]


def _terms(uow: UnitOfWork, asked: Asked) -> dict[str, Any]:
    percent = uow.settings.tax_percent
    return {"first": asked.days.first, "last": asked.days.last, "percent": percent}


def _summed(days: Sequence[TaxedDay]) -> TaxedAmount:
    total = sum((one.amount.total for one in days), ZERO)
    return TaxedAmount(total, sum((one.amount.tax for one in days), ZERO))


def _figures(days: Sequence[TaxedDay]) -> list[Figure]:
    sums = _summed(days)
    return [
        Figure("total", N_("Total"), ColumnKind.MONEY, sums.total, DEFINITION),
        Figure("base", N_("Base"), ColumnKind.MONEY, sums.base, ""),
        Figure("tax", N_("Tax"), ColumnKind.MONEY, sums.tax, ""),
    ]


def _by_day(days: Sequence[TaxedDay]) -> Table:
    rows = [Row((one.day, one.rows, one.amount.base, one.amount.tax, one.amount.total)) for one in days]
    return Table("days", N_("By day"), OF_DAYS, rows, DEFINITION, main="total")


TAXES: Final = ReportDefinition("taxes", N_("🏛 Taxes"), DEFINITION, compute, figures=figures)
