"""Visits of the demo gym, written by COPY a month at a time, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import text

from gym.attendance.checkin.access import Rules
from gym.attendance.models import CheckInMethod, Outcome
from gym.demo.copying import copy_rows
from gym.demo.history.books import chance, demo_id
from gym.demo.history.story import DemoStory
from gym.demo.history.visits import DemoAttempt
from gym.unit_of_work import UnitOfWork

COLUMNS: Final = (
    *("id", "client_id", "subscription_id", "outcome", "code", "method", "counted", "visit_number"),
    *("balance", "kiosk_id", "staff_id", "at", "received_at", "gym_day", "override_reason", "undone_at"),
    "undone_by",
)
# Counted by one statement at the end: the trigger would change a row for each of three million visits, and
# does not know of those that were taken back. Both commit together, or neither.
PAUSE: Final = text("ALTER TABLE check_ins DISABLE TRIGGER count_visit")
RESUME: Final = text("ALTER TABLE check_ins ENABLE TRIGGER count_visit")
COUNT: Final = text("""
UPDATE subscriptions s SET visits_used = v.used FROM (
    SELECT subscription_id, count(*) AS used FROM check_ins
    WHERE counted AND undone_at IS NULL AND subscription_id IS NOT NULL GROUP BY subscription_id
) v WHERE v.subscription_id = s.id
""")


@dataclass(frozen=True, slots=True)
class DoorIds:
    """Ids in the database, by the history's own; staff by number."""

    kiosk: UUID
    staff: Mapping[int, UUID]
    clients: Mapping[int, UUID]
    terms: Mapping[UUID, UUID]


class DemoDoor:
    """Every attempt is judged by the door's rule, and none by the door itself."""

    def __init__(self, uow: UnitOfWork, ids: DoorIds) -> None:
        self.uow = uow
        self._ids = ids

    async def write(self, story: DemoStory, rules: Rules, progress: Callable[[date], None]) -> int:
        """How many attempts there were in all."""
        random, written = chance(story.order.seed, "attempts"), 0
        await self.uow.session.execute(PAUSE)
        for last, attempts in story.attempts(rules):
            await copy_rows(self.uow, "check_ins", COLUMNS, self._rows(attempts, random))
            written += len(attempts)
            progress(last)
        await self.uow.session.execute(COUNT)
        await self.uow.session.execute(RESUME)
        return written

    def _rows(self, attempts: Sequence[DemoAttempt], random: Random) -> Iterator[Sequence[object]]:
        ids = self._ids
        for one in attempts:
            outcome = Outcome.ADMITTED if one.admitted else Outcome.DENIED
            yield (
                demo_id(one.at, random),
                None if one.books is None else ids.clients[one.books.member.number],
                None if one.term is None else ids.terms[one.term.id],
                outcome.value,
                one.code.value,
                one.method.value,
                one.counted,
                one.number,
                None if one.balance is None else Decimal(one.balance),
                None if one.method is CheckInMethod.STAFF else ids.kiosk,
                None if one.staff is None else ids.staff[one.staff.number],
                one.at,
                one.at,
                one.at.date(),
                one.reason,
                one.undone_at,
                None if one.undone_by is None else ids.staff[one.undone_by.number],
            )
