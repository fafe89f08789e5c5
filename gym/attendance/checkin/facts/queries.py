"""Queries of the check-in: one for all door facts, one write for an attempt with all that it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from gym.attendance.checkin.facts.door_facts import DoorFacts, facts_from
from gym.attendance.checkin.facts.sql import ATTEMPT, BY_CARD, BY_CLIENT, BY_DOCUMENT, BY_FACE, VISIT
from gym.attendance.models import CheckInMethod, Outcome, VerdictCode
from gym.core.database.statements import Row, Statements
from gym.faces.gallery.postgres_gallery import candidates_of
from gym.faces.schemas import Candidates

LOOK_BACK: Final = timedelta(hours=30)
"""Longer than any gym day and any card's pass-back time before it."""


@dataclass(frozen=True, slots=True)
class AttemptValues:
    """What an attempt writes: a row of `check_ins`, by its columns."""

    id: UUID
    client_id: UUID | None
    subscription_id: UUID | None
    outcome: Outcome
    code: VerdictCode
    method: CheckInMethod
    counted: bool
    balance: Decimal | None
    kiosk_id: UUID | None
    staff_id: UUID | None
    at: datetime
    received_at: datetime
    gym_day: date
    override_reason: str | None
    idempotency_key: UUID | None

    def named(self) -> dict[str, Any]:
        """By the names of the statements."""
        return {name: getattr(self, name) for name in self.__slots__}


class CheckInQueries:
    """Runs in a session or on the hot path."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def facts(
        self, client_id: UUID | None, day: date, at: datetime, key: UUID | None = None
    ) -> DoorFacts:
        """Everything the verdict about a client needs, in one query; `client_id` is None for nobody."""
        values = {"client": client_id, "day": day, "at": at, "since": at - LOOK_BACK, "idempotency": key}
        return facts_from(_only(await self._statements.row(BY_CLIENT, values)))

    async def facts_of_face(
        self, terms: Mapping[str, Any], day: date, at: datetime, key: UUID | None
    ) -> tuple[DoorFacts, Candidates]:
        """The same about the gallery's best candidate, with both candidates' scores, in one query."""
        values = {**terms, "day": day, "at": at, "since": at - LOOK_BACK, "idempotency": key}
        row = _only(await self._statements.row(BY_FACE, values))
        return facts_from(row), candidates_of(row)

    async def by_document(self, numbers: Sequence[str], phone_last4: str) -> UUID | None:
        """The one client with this document whose phone ends so; neither half is confirmed alone."""
        values = {"numbers": list(numbers), "last4": phone_last4}
        return _only(await self._statements.row(BY_DOCUMENT, values))["id"]

    async def by_card(self, number: str) -> UUID | None:
        """The client with a card of that number, which the gym had before."""
        return _only(await self._statements.row(BY_CARD, {"number": number}))["id"]

    async def count_visit(self, values: AttemptValues, facts: DoorFacts) -> int | None:
        """Write a counted visit and use one of the plan's; its number, or None with nothing written."""
        foreseen = {"visit_number": facts.visits_used + 1}
        written = await self._statements.write(VISIT, values.named(), foreseen)
        return None if written is None else written["visit_number"]

    async def write(self, values: AttemptValues) -> bool:
        """Write an attempt; False with nothing written when a unique index already holds it."""
        return await self._statements.write(ATTEMPT, values.named(), {}) is not None


def _only(row: Row | None) -> Row:
    assert row is not None
    return row
