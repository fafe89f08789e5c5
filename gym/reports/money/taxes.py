"""Report of taxes for the accountant: every receipt, void and refund with base, tax and total, by day.

Prices hold the tax. A total is divided at the gym's rate and rounded to the cent half-up, row by row, and
the tax is the rest, so that base and tax are always the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
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
    "their own days. Prices include the tax, at the rate of the settings. What is paid with a client's "
    "credit stands "
    "with 0, since that money was listed when it came."
)
RECEIPTS: Final = text("""
SELECT e.gym_day, e.kind, e.method, coalesce(v.receipt_number, e.receipt_number) AS receipt_number,
    CASE WHEN e.kind IN ('payment', 'void') THEN coalesce(v.id, e.id) END AS payment_id, a.client_id,
    c.document_type, c.document_number, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    CASE WHEN e.method = 'credit' THEN 0 WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END AS total
FROM ledger_entries e
LEFT JOIN ledger_entries v ON v.id = e.voids_id
JOIN accounts a ON a.id = e.account_id
LEFT JOIN clients c ON c.id = a.client_id
WHERE e.gym_day BETWEEN :first AND :last
    AND (e.kind IN ('payment', 'void') OR e.kind = 'refund' AND e.method <> 'credit')
ORDER BY e.gym_day, receipt_number NULLS LAST, e.at, e.id
""")
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


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """One statement."""
    settings = uow.settings
    terms = {"first": asked.days.first, "last": asked.days.last}
    rows = (await uow.session.execute(RECEIPTS, terms)).all()
    found = [_receipt(row, settings.tax_percent) for row in rows]
    sheet = Table(
        "taxes", N_("Receipts"), OF_RECEIPTS, [_row(one) for one in found], DEFINITION, main="total"
    )
    message = N_("Tax number: {number}. Rate: {percent} %.")
    words = {"number": settings.tax_number or "–", "percent": f"{settings.tax_percent.normalize():f}"}
    return ReportResult(_figures(found), [_by_day(found), sheet], [Sentence(message, words)])


def _receipt(row: Any, percent: Decimal) -> TaxedReceipt:
    return TaxedReceipt(
        row.gym_day,
        row.receipt_number,
        EntryKind(row.kind),
        Method(row.method),
        row.document_type,
        row.document_number,
        row.client_name,
        taxed(row.total, percent),
        row.payment_id,
        row.client_id,
    )


def _figures(found: Sequence[TaxedReceipt]) -> list[Figure]:
    base = sum((one.amount.base for one in found), ZERO)
    tax = sum((one.amount.tax for one in found), ZERO)
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


def _by_day(found: Sequence[TaxedReceipt]) -> Table:
    rows: list[Row] = []
    for day, of_day in groupby(found, key=lambda one: one.day):
        amounts = [one.amount for one in of_day]
        base = sum((one.base for one in amounts), ZERO)
        tax = sum((one.tax for one in amounts), ZERO)
        rows.append(Row((day, len(amounts), base, tax, base + tax)))
    return Table("days", N_("By day"), OF_DAYS, rows, DEFINITION, main="total")


TAXES: Final = ReportDefinition("taxes", N_("🏛 Taxes"), DEFINITION, compute)
