"""The audit trail for admins: pages of rows, and all of them for a spreadsheet. Every look is recorded."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.core.database.repository import PAGE_SIZE
from gym.reports.trail.repository import TrailRepository
from gym.reports.trail.schemas import GYM_ITSELF, TrailPage, TrailQuery, TrailRow
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

VIEWED: Final = "audit.viewed"
EXPORTED: Final = "audit.exported"
MOST_PAGES: Final = 100
"""That can be turned; what is older is found by its day."""
ONE_LOOK: Final = timedelta(minutes=10)
"""Turning pages is one look."""


class TrailService:
    """For admins and the operator."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._trail = TrailRepository(uow.session, uow.settings)

    async def page(self, query: TrailQuery, number: int = 0) -> TrailPage:
        """Eight rows; the look is recorded unless the same one was, within ten minutes."""
        self.uow.actor.require(Permission.READ_AUDIT)
        # First, so that the row of the look itself does not move the others to the next page.
        await self._record_look(query)
        most = MOST_PAGES * PAGE_SIZE
        count = await self._trail.count(query, most + 1)
        pages = max(1, -(-min(count, most) // PAGE_SIZE))
        number = max(0, min(number, pages - 1))
        rows = await self._trail.rows(query, PAGE_SIZE, number * PAGE_SIZE)
        who = query.by or query.client_id
        subject = await self._trail.name_of(who) if who is not None and who != GYM_ITSELF else ""
        return TrailPage(rows, number, pages, count > most, subject)

    async def rows(self, query: TrailQuery, most: int) -> list[TrailRow]:
        """The newest ones, for a program; recorded."""
        self.uow.actor.require(Permission.READ_AUDIT)
        found = await self._trail.rows(query, most)
        await self._record_look(query)
        return found

    def stream(self, query: TrailQuery, most: int) -> AsyncGenerator[TrailRow]:
        """All of them up to `most`, the newest first, while the transaction is open; recorded."""
        self.uow.actor.require(Permission.READ_AUDIT)
        self._record(EXPORTED, query)
        return self._trail.stream(query, most)

    async def colleague(self, name: str) -> UUID | None:
        """The id of the one of the team who is called so; None for nobody, or several."""
        self.uow.actor.require(Permission.READ_AUDIT)
        return await self._trail.colleague(name)

    async def _record_look(self, query: TrailQuery) -> None:
        actor_id = self.uow.actor.id
        since = self.uow.now - ONE_LOOK
        if actor_id is None or not await self._trail.has_looked(actor_id, VIEWED, _facts(query), since):
            self._record(VIEWED, query)

    def _record(self, action: str, query: TrailQuery) -> None:
        if query.client_id is not None:
            self.uow.audit(action, ("clients", query.client_id), None, _facts(query))
        else:
            self.uow.audit(action, ("audit_entries", None), None, _facts(query))


def _facts(query: TrailQuery) -> dict[str, object]:
    """By ids and days, so that nothing in it tells of a person."""
    given = {"by": query.by, "client_id": query.client_id, "kind": query.kind, "day": query.day}
    return {name: value for name, value in given.items() if value is not None}
