"""Receipts, voids and refunds with base, tax and total: their sums by day, and the rows of an accountant's
sheet, of which years are read a chunk at a time. Days of closed months come from `gym.reports.rollup`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.language import N_
from gym.payments.models import EntryKind, Method
from gym.payments.tax import TaxedAmount
from gym.reports.money.terms import METHODS, MOVEMENTS
from gym.reports.results import ColumnKind, LinkKind, ReportColumn, Row, RowLink
from gym.reports.rollup.months import months_of
from gym.reports.rollup.taxes import BASE, DAY_SUMS, TAXED, parts_of_sales, taxed

MOST_AT_ONCE: Final = 2000
"""Receipts that are read with the report: a month of a busy gym. Of more it holds the first page, and files
read them out of a cursor in chunks of so many.
"""
_LISTED: Final = f"e.gym_day BETWEEN :first AND :last AND {TAXED}"
_OF_RANGE: Final = parts_of_sales(f"SELECT e.account_id FROM ledger_entries e WHERE {_LISTED}")  # noqa: S608
_MONTHS: Final = months_of(
    "rolled_money_months", "reopened_money_months", "r.tax_percent = :percent AND r.rolled_at <= :now"
)
BY_DAY: Final = text(f"""
WITH {_MONTHS}, listed AS MATERIALIZED (
    SELECT e.* FROM months m CROSS JOIN LATERAL (
        SELECT e.id, e.account_id, e.kind, e.amount, e.method, e.voids_id, e.gym_day FROM ledger_entries e
        WHERE e.gym_day BETWEEN m.begins AND m.ends AND {TAXED} OFFSET 0
    ) e WHERE NOT m.is_rolled
), {parts_of_sales("SELECT account_id FROM listed")}
SELECT d.gym_day, d.rows, d.total, d.base
FROM months m JOIN tax_days d ON d.gym_day BETWEEN m.begins AND m.ends WHERE m.is_rolled
UNION ALL
SELECT {DAY_SUMS} {taxed("listed")} GROUP BY e.gym_day
ORDER BY gym_day
""")  # noqa: S608 - the parts are ours
RECEIPTS: Final = text(f"""
WITH {_OF_RANGE}
SELECT e.gym_day, e.kind, e.method, coalesce(v.receipt_number, e.receipt_number) AS receipt_number,
    CASE WHEN e.kind IN ('payment', 'void') THEN coalesce(v.id, e.id) END AS payment_id, a.client_id,
    c.document_type, c.document_number, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    t.total, {BASE} AS base
{taxed("ledger_entries")}
LEFT JOIN ledger_entries v ON v.id = e.voids_id
JOIN accounts a ON a.id = e.account_id
LEFT JOIN clients c ON c.id = a.client_id
WHERE {_LISTED}
ORDER BY e.gym_day, receipt_number NULLS LAST, e.at, e.id LIMIT :size OFFSET :skip
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


@dataclass(frozen=True, slots=True)
class TaxedDay:
    """The rows of a day and what they come to."""

    day: date
    rows: int
    amount: TaxedAmount


class TaxedReceipts:
    """The rows of the accountant's sheet over some days; how many there are of each day is known."""

    def __init__(self, terms: dict[str, Any], days: Sequence[TaxedDay]) -> None:
        self._terms = terms
        self._days = days
        self.count = sum(one.rows for one in days)

    async def page(self, session: AsyncSession, skip: int, size: int) -> Sequence[Row]:
        """Of the days alone on which the page lies: a page of years costs what a page of a day does."""
        before, held, wanted = 0, 0, list[TaxedDay]()
        for one in self._days:
            if not wanted and before + one.rows <= skip:
                before += one.rows
            elif before + held < skip + size:
                wanted.append(one)
                held += one.rows
        if not wanted:
            return ()
        within = {"first": wanted[0].day, "last": wanted[-1].day, "size": size, "skip": skip - before}
        return _rows((await session.execute(RECEIPTS, self._terms | within)).all())

    async def stream(self, session: AsyncSession) -> AsyncIterator[Sequence[Row]]:
        """All of them out of one cursor; rows are made in a thread."""
        values = self._terms | {"size": None, "skip": 0}
        found = await session.stream(RECEIPTS, values, execution_options={"yield_per": MOST_AT_ONCE})
        async for rows in found.partitions(MOST_AT_ONCE):
            yield await asyncio.to_thread(_rows, rows)


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
        TaxedAmount(row.total, row.total - row.base),
        row.payment_id,
        row.client_id,
    )


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
