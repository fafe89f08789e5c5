"""The door's own statements: one query for all facts, and one for a visit with all that it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gym.attendance.checkin.facts_query import ATTEMPT, BY_CLIENT, BY_DOCUMENT, BY_FACE, VISIT
from gym.core.database.statements import Row, Statements

Facts = Row
LOOK_BACK: Final = timedelta(hours=30)
"""Longer than any gym day and any card's pass-back time before it."""


class CheckInQueries:
    """Runs in a session or on the hot path."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def facts(self, client_id: UUID | None, day: date, at: datetime, key: UUID | None = None) -> Facts:
        """Everything the verdict about a client needs, in one query; `client_id` is None for nobody."""
        values = {"client": client_id, "day": day, "at": at, "since": at - LOOK_BACK, "idempotency": key}
        return _only(await self._statements.row(BY_CLIENT, values))

    async def facts_of_face(
        self, terms: Mapping[str, Any], day: date, at: datetime, key: UUID | None
    ) -> Facts:
        """The same about the best candidate of the gallery, with the candidates' scores, in one query."""
        values = {**terms, "day": day, "at": at, "since": at - LOOK_BACK, "idempotency": key}
        return _only(await self._statements.row(BY_FACE, values))

    async def by_document(self, numbers: Sequence[str], phone_last4: str) -> UUID | None:
        """The one client with this document whose phone ends so; neither half is confirmed alone."""
        values = {"numbers": list(numbers), "last4": phone_last4}
        return _only(await self._statements.row(BY_DOCUMENT, values))["id"]

    async def count_visit(self, values: Mapping[str, Any], facts: Facts) -> int | None:
        """Write a counted visit and use one of the plan's; its number, or None with nothing written."""
        foreseen = {"visit_number": facts["visits_used"] + 1}
        written = await self._statements.write(VISIT, values, foreseen)
        return None if written is None else written["visit_number"]

    async def write(self, values: Mapping[str, Any]) -> bool:
        """Write an attempt; False with nothing written when a unique index already holds it."""
        return await self._statements.write(ATTEMPT, values, {}) is not None


def _only(row: Row | None) -> Facts:
    assert row is not None
    return row
