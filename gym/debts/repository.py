"""Queries of debts: of everybody by age, of one client, one of them, and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.repository import PAGE_SIZE, Page
from gym.debts.reading import OWING, debts_of
from gym.debts.schemas import LAST_DAY, AgeBand, Debt, DebtKind, DebtSum

# An account without a debt too: that nothing is owed for it is another answer than that it is not there.
_OF_ONE: Final = """
    SELECT a.id AS account_id, a.client_id, a.balance AS owed, a.snoozed_until FROM accounts a
    WHERE a.id IN (SELECT account_id FROM subscriptions WHERE id = :id
        UNION ALL SELECT account_id FROM sales WHERE id = :id)
"""
_ROWS: Final = """
    SELECT d.*, btrim(c.first_name || ' ' || c.last_name) AS client_name, c.phone,
        c.telegram_id IS NOT NULL AS has_chat
    FROM ({debts}) d JOIN clients c ON c.id = d.client_id
"""
_SNOOZED: Final = "coalesce(d.snoozed_until > :day, false)"
_BAND: Final = "CASE {whens} ELSE 'old' END".format(
    whens=" ".join(
        f"WHEN d.since >= CAST(:day AS date) - {last} THEN '{band}'" for band, last in LAST_DAY.items()
    )
)
_AGED: Final = f"d.begun AND NOT {_SNOOZED} AND (CAST(:band AS varchar) IS NULL OR {_BAND} = :band)"
_LATER: Final = f"d.begun AND {_SNOOZED}"
SUMS: Final = text(f"""
SELECT CASE WHEN {_SNOOZED} THEN NULL ELSE {_BAND} END AS band, count(*) AS debts, sum(d.owed) AS amount
FROM ({debts_of()}) d WHERE d.begun GROUP BY 1
""")  # noqa: S608 - constants
"""By band; NULL for what is snoozed."""
ONE: Final = text(_ROWS.format(debts=debts_of(_OF_ONE)))
OF_CLIENT: Final = text(
    _ROWS.format(debts=debts_of(OWING + "AND a.client_id = :client_id")) + "ORDER BY d.since, d.id"
)

PRODUCTS_SINCE: Final = text(
    _ROWS.format(debts=debts_of())
    + f"WHERE d.kind = 'products' AND d.since = ANY (:days) AND NOT {_SNOOZED} AND c.active"
    + " ORDER BY d.since, d.id"
)


@dataclass(frozen=True, slots=True)
class _List:
    """A list of debts in pages: how many there are, and the rows of one page."""

    count: Any
    rows: Any


def _listed(condition: str, order: str) -> _List:
    rows = _ROWS.format(debts=debts_of()) + f"WHERE {condition} ORDER BY {order} LIMIT :size OFFSET :skipped"
    return _List(text(f"SELECT count(*) FROM ({debts_of()}) d WHERE {condition}"), text(rows))  # noqa: S608


BY_AGE: Final = _listed(_AGED, "d.since, d.id")
SNOOZED: Final = _listed(_LATER, "d.snoozed_until, d.id")


class DebtRepository:
    """One statement each; a page is two."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def aged(self, today: date, number: int, band: AgeBand | None) -> Page[Debt]:
        """What is due and not snoozed, the oldest first."""
        return await self._page(BY_AGE, today, number, {"band": band})

    async def snoozed(self, today: date, number: int) -> Page[Debt]:
        """Those that come back first stand first."""
        return await self._page(SNOOZED, today, number, {})

    async def sums(self, today: date) -> dict[AgeBand | None, DebtSum]:
        """By band; None for what is snoozed."""
        rows = (await self.session.execute(SUMS, {"day": today})).all()
        return {AgeBand(row.band) if row.band else None: DebtSum(row.debts, row.amount) for row in rows}

    async def of_client(self, client_id: UUID, today: date) -> Sequence[Debt]:
        """Everything that a client owes, what begins later too; the oldest first."""
        rows = await self.session.execute(OF_CLIENT, {"client_id": client_id, "day": today})
        return [_debt(row, today) for row in rows.all()]

    async def products_since(self, days: Sequence[date], today: date) -> Sequence[Debt]:
        """Sales of these days that active clients have not paid, unless snoozed."""
        rows = await self.session.execute(PRODUCTS_SINCE, {"days": list(days), "day": today})
        return [_debt(row, today) for row in rows.all()]

    async def find(self, debt_id: UUID, today: date) -> Debt | None:
        """By the id of its subscription or sale; also when nothing is owed for it."""
        row = (await self.session.execute(ONE, {"id": debt_id, "day": today})).one_or_none()
        return _debt(row, today) if row is not None else None

    async def _page(self, listed: _List, today: date, number: int, terms: dict[str, object]) -> Page[Debt]:
        terms = {"day": today, **terms}
        total = await self.session.scalar(listed.count, terms) or 0
        number = max(0, min(number, (total - 1) // PAGE_SIZE if total else 0))
        shown = {"size": PAGE_SIZE, "skipped": number * PAGE_SIZE}
        rows = await self.session.execute(listed.rows, {**terms, **shown})
        return Page([_debt(row, today) for row in rows.all()], number, total)


def _debt(row: Any, today: date) -> Debt:
    return Debt(
        id=row.id,
        kind=DebtKind(row.kind),
        account_id=row.account_id,
        client_id=row.client_id,
        client_name=row.client_name,
        phone=row.phone,
        has_chat=row.has_chat,
        what=row.what,
        since=row.since,
        until=row.until,
        begun=row.begun,
        balance=row.owed,
        snoozed_until=row.snoozed_until,
        days=(today - row.since) // timedelta(days=1),
    )
