"""Report of taxes for the accountant: every receipt, void and refund with base, tax and total, by day.

Prices hold the tax. A total is divided at the gym's rate and rounded to the cent half-up, row by row, and
the tax is the rest, so that base and tax are always the total.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from gym.core.language import N_
from gym.core.money import to_cents
from gym.payments.models import EntryKind, Method
from gym.reports.definition import ReportDefinition
from gym.reports.money.terms import METHODS, MOVEMENTS
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
    Sentence,
    Table,
)
from gym.unit_of_work import UnitOfWork

HUNDRED: Final = Decimal(100)
DEFINITION: Final = N_(
    "Every receipt by the day on which it was paid, in the order of its number, and voids and refunds "
    "below zero on "
    "their own days. Prices include the tax: of plans at the rate of the settings, "
    "of products at their own. What is paid with a client's "
    "credit stands "
    "with 0, since that money was listed when it came."
)
_TOTAL: Final = (
    "CASE WHEN e.method = 'credit' THEN 0 WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END"
)
# Of products the rate of the sale itself, of several rates their mean by amount; of plans the gym's.
_PERCENT: Final = """
    CASE WHEN a.kind = 'sale' THEN (
        SELECT round(100 * (sum(l.pieces * l.unit_price)
            / sum(CAST(l.pieces * l.unit_price AS numeric(24, 12)) * 100 / (100 + l.tax_percent)) - 1), 10)
        FROM sales s JOIN sale_lines l ON l.sale_id = s.id WHERE s.account_id = a.id)
    ELSE CAST(:percent AS numeric) END"""
_LISTED: Final = """e.gym_day BETWEEN :first AND :last
    AND (e.kind IN ('payment', 'void') OR e.kind = 'refund' AND e.method <> 'credit')"""
# As `taxed` does it. Twelve decimals: a quotient that is cut at six may be taken for half a cent.
BY_DAY: Final = text(f"""
SELECT t.gym_day, count(*) AS rows, sum(t.total) AS total,
    sum(round(CAST(t.total AS numeric(24, 12)) * 100 / (100 + t.percent), 2)) AS base
FROM (
    SELECT e.gym_day, {_TOTAL} AS total, {_PERCENT} AS percent
    FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE {_LISTED}
) t
GROUP BY t.gym_day ORDER BY t.gym_day
""")  # noqa: S608 - the parts are ours
RECEIPTS: Final = text(f"""
SELECT e.gym_day, e.kind, e.method, coalesce(v.receipt_number, e.receipt_number) AS receipt_number,
    CASE WHEN e.kind IN ('payment', 'void') THEN coalesce(v.id, e.id) END AS payment_id, a.client_id,
    c.document_type, c.document_number, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    {_TOTAL} AS total, {_PERCENT} AS percent
FROM ledger_entries e
LEFT JOIN ledger_entries v ON v.id = e.voids_id
JOIN accounts a ON a.id = e.account_id
LEFT JOIN clients c ON c.id = a.client_id
WHERE {_LISTED}
ORDER BY e.gym_day, receipt_number NULLS LAST, e.at, e.id
""")  # noqa: S608 - the parts are ours
OF_RECEIPTS: Final = (
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("receipt", N_("Receipt"), ColumnKind.NUMBER),
    ReportColumn("what", N_("What")),
    ReportColumn("document_type", N_("Document type"), only_in_files=True),
    ReportColumn("document", N_("Document"), only_in_files=True),
    ReportColumn("name", N_("Name")),
    ReportColumn("base", N_("Base"), ColumnKind.MONEY, summed=True),
    ReportColumn("tax", N_("Tax"), ColumnKind.MONEY, summed=True),
    ReportColumn("total", N_("Total"), ColumnKind.MONEY, summed=True),
    ReportColumn("method", N_("Method")),
)
OF_DAYS: Final = (
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("rows", N_("Rows"), ColumnKind.COUNT, summed=True),
    ReportColumn("base", N_("Base"), ColumnKind.MONEY, summed=True),
    ReportColumn("tax", N_("Tax"), ColumnKind.MONEY, summed=True),
    ReportColumn("total", N_("Total"), ColumnKind.MONEY, summed=True),
)


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A total with what of it is tax."""

    total: Decimal
    tax: Decimal

    @property
    def base(self) -> Decimal:
        return self.total - self.tax


@dataclass(frozen=True, slots=True)
class TaxedReceipt:
    """One row of the accountant's sheet."""

    day: date
    number: int | None
    kind: EntryKind
    method: Method
    document_type: str | None
    document: str | None
    name: str | None
    amount: TaxedAmount
    payment_id: UUID | None
    client_id: UUID | None


def taxed(total: Decimal, percent: Decimal) -> TaxedAmount:
    """The tax in a total whose prices hold it, to the cent."""
    base = to_cents(total * HUNDRED / (HUNDRED + percent))
    return TaxedAmount(to_cents(total), to_cents(total) - base)


@dataclass(frozen=True, slots=True)
class TaxedDay:
    """The rows of a day and what they come to."""

    day: date
    rows: int
    amount: TaxedAmount


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Two statements; of a year of 10,000 clients some 100,000 rows are made in a thread."""
    days = await _days(uow, asked)
    rows = (await uow.session.execute(RECEIPTS, _terms(uow, asked))).all()
    sheet = Table(
        "taxes",
        N_("Receipts"),
        OF_RECEIPTS,
        await asyncio.to_thread(_rows, rows),
        DEFINITION,
        main="total",
    )
    message = N_("Tax number: {number}. Rate: {percent} %.")
    settings = uow.settings
    words = {"number": settings.tax_number or "–", "percent": f"{settings.tax_percent.normalize():f}"}
    return ReportResult(_figures(days), [_by_day(days), sheet], [Sentence(message, words)])


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """One statement, for the ranges that a range is compared with."""
    return _figures(await _days(uow, asked))


async def _days(uow: UnitOfWork, asked: Asked) -> Sequence[TaxedDay]:
    rows = (await uow.session.execute(BY_DAY, _terms(uow, asked))).all()
    return [TaxedDay(row.gym_day, row.rows, TaxedAmount(row.total, row.total - row.base)) for row in rows]


def _terms(uow: UnitOfWork, asked: Asked) -> dict[str, Any]:
    percent = uow.settings.tax_percent
    return {"first": asked.days.first, "last": asked.days.last, "percent": percent}


def _rows(rows: Sequence[Any]) -> list[Row]:
    return [_row(_receipt(row)) for row in rows]


def _receipt(row: Any) -> TaxedReceipt:
    return TaxedReceipt(
        row.gym_day,
        row.receipt_number,
        EntryKind(row.kind),
        Method(row.method),
        row.document_type,
        row.document_number,
        row.client_name,
        taxed(row.total, row.percent),
        row.payment_id,
        row.client_id,
    )


def _figures(days: Sequence[TaxedDay]) -> list[Figure]:
    base = sum((one.amount.base for one in days), ZERO)
    tax = sum((one.amount.tax for one in days), ZERO)
    return [
        Figure("total", N_("Total"), ColumnKind.MONEY, base + tax, DEFINITION),
        Figure("base", N_("Base"), ColumnKind.MONEY, base, ""),
        Figure("tax", N_("Tax"), ColumnKind.MONEY, tax, ""),
    ]


def _row(one: TaxedReceipt) -> Row:
    cells = (
        one.day,
        one.number,
        MOVEMENTS[one.kind],
        one.document_type,
        one.document,
        one.name,
        one.amount.base,
        one.amount.tax,
        one.amount.total,
        METHODS[one.method],
    )
    return Row(cells, link=_link(one))


def _link(one: TaxedReceipt) -> RowLink | None:
    if one.payment_id is not None:
        return RowLink(LinkKind.RECEIPT, one.payment_id)
    return RowLink(LinkKind.CLIENT, one.client_id) if one.client_id else None


def _by_day(days: Sequence[TaxedDay]) -> Table:
    rows = [Row((one.day, one.rows, one.amount.base, one.amount.tax, one.amount.total)) for one in days]
    return Table("days", N_("By day"), OF_DAYS, rows, DEFINITION, main="total")


TAXES: Final = ReportDefinition("taxes", N_("🏛 Taxes"), DEFINITION, compute, figures=figures)
