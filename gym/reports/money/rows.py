"""Rows behind the figures of money: the entries of a day, method, account, person, plan or cause, page by
page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.payments.models import EntryCause, EntryKind, Method
from gym.reports.money.moved import Grouping, parameters
from gym.reports.money.sums import MOVED
from gym.reports.money.terms import CAUSES, METHODS, MOVEMENTS, NOBODY
from gym.reports.results import (
    Asked,
    ColumnKind,
    LinkKind,
    ReportColumn,
    Row,
    RowLink,
    RowsBehind,
    RowsPlace,
    Table,
    id_of,
)
from gym.unit_of_work import UnitOfWork

NONE: Final = "-"
"""The key of the row whose plan, account or person is not known."""
_PAGE: Final = "ORDER BY gym_day DESC, at DESC, id DESC LIMIT :size OFFSET :skip"
_NAMED: Final = """
SELECT m.*, c.id AS client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    count(*) OVER () AS total, sum(m.net) OVER () AS amount
FROM ({found}) m
JOIN accounts a ON a.id = m.account_id LEFT JOIN clients c ON c.id = a.client_id
"""
_BILLED: Final = """
    SELECT e.id, e.kind, e.amount, e.method, e.gym_day, e.at, e.account_id, e.id AS shown_id,
        e.receipt_number, e.cause, CASE WHEN e.kind = 'charge' THEN e.amount ELSE -e.amount END AS net
    FROM ledger_entries e JOIN accounts x ON x.id = e.account_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind IN ('charge', 'credit') AND x.kind <> 'credit'
        AND e.cause IS DISTINCT FROM 'paid_before' AND (CAST(:staff AS uuid) IS NULL OR e.staff_id = :staff)
"""
MONEY_WHERE: Final[Mapping[str, str]] = {
    Grouping.DAY: "to_char(gym_day, 'YYYYMMDD') = :row",
    Grouping.METHOD: "method = :row",
    Grouping.ACCOUNT: "method = 'transfer' AND coalesce(left(md5(destination), 12), '-') = :row",
    Grouping.STAFF: "till IS NOT DISTINCT FROM CAST(:id AS uuid)",
    Grouping.PLAN: "plan_id IS NOT DISTINCT FROM CAST(:id AS uuid)",
    "tills": "till = CAST(:id AS uuid)",
}
FIGURE_WHERE: Final[Mapping[str, str]] = {
    "net": "TRUE",
    "received": "kind = 'payment'",
    "voided": "kind = 'void'",
    "refunded": "kind = 'refund'",
}
BY_ID: Final = frozenset({Grouping.STAFF.value, Grouping.PLAN.value, "tills"})
COLUMNS: Final = (
    ReportColumn("day", N_("Day"), ColumnKind.DAY),
    ReportColumn("client", N_("Client")),
    ReportColumn("what", N_("What")),
    ReportColumn("method", N_("Method")),
    ReportColumn("receipt", N_("Receipt"), ColumnKind.TEXT),
    ReportColumn("amount", N_("Amount"), ColumnKind.MONEY),
)


async def money_behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """The latest first."""
    statement = _statement(place)
    if statement is None:
        return None
    terms = parameters(asked) | {"size": PAGE_SIZE, "skip": page * PAGE_SIZE}
    if ":row" in statement:
        terms["row"] = place.row
    if ":id" in statement:
        terms["id"] = id_of(place.row)
    return await _read(uow.session, statement, terms, page)


def _statement(place: RowsPlace) -> str | None:
    """Texts of this module only; what a button carries is a parameter."""
    if place.table == "billed" or (not place.table and place.row == "billed"):
        inner = _BILLED + (f" AND {_BILLED_WHERE}" if place.table else "")
        return _NAMED.format(found=inner) + _PAGE
    where = MONEY_WHERE.get(place.table) if place.table else FIGURE_WHERE.get(place.row)
    if where is None or (place.table in BY_ID and place.row != NONE and id_of(place.row) is None):
        return None
    own = "(CAST(:staff AS uuid) IS NULL OR till = :staff)"
    return _NAMED.format(found=f"SELECT * FROM ({MOVED}) moved WHERE {own} AND {where}") + _PAGE  # noqa: S608


_BILLED_WHERE: Final = """CASE
    WHEN e.kind = 'charge' AND e.cause IS DISTINCT FROM 'returned' THEN 'charge'
    ELSE coalesce(e.cause, 'goodwill') END = :row"""


async def _read(session: AsyncSession, statement: str, terms: Mapping[str, Any], page: int) -> RowsBehind:
    rows = (await session.execute(text(statement), dict(terms))).all()
    table = Table("rows", N_("Rows"), COLUMNS, [_row(row) for row in rows])
    return RowsBehind(table, page, rows[0].total if rows else 0, rows[0].amount if rows else None)


def _row(row: Any) -> Row:
    kind = EntryKind(row.kind)
    what = MOVEMENTS[kind]
    if kind is EntryKind.CREDIT:
        what = CAUSES[EntryCause(row.cause) if row.cause else None]
    method = METHODS[Method(row.method)] if row.method else None
    receipt = str(row.receipt_number) if row.receipt_number else None
    cells = (row.gym_day, row.client_name or NOBODY, what, method, receipt, row.net)
    return Row(cells, link=_link(row, kind))


def _link(row: Any, kind: EntryKind) -> RowLink | None:
    """The receipt of a payment or of what a void undid; else the client's card."""
    if kind in (EntryKind.PAYMENT, EntryKind.VOID):
        return RowLink(LinkKind.RECEIPT, row.shown_id)
    return RowLink(LinkKind.CLIENT, row.client_id) if row.client_id else None
