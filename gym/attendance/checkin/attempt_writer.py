"""Attempt writer: decides a verdict and writes it with its notifications and rewards, once for each key."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from gym.attendance.checkin import notices
from gym.attendance.checkin.access import verdict_code
from gym.attendance.checkin.facts.door_facts import AttemptContext, DoorFacts, Match
from gym.attendance.checkin.facts.queries import AttemptValues, CheckInQueries
from gym.attendance.checkin.loyalty import after_counting, counted_visit
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.verdict_builder import access_facts, verdict_of
from gym.attendance.errors import NothingToAdmit
from gym.attendance.models import CheckIn, VerdictCode
from gym.attendance.repository import AttendanceRepository
from gym.rewards.granting import after_visit
from gym.security.permissions import ActorKind
from gym.unit_of_work import UnitOfWork

RACES: Final = 5
"""How often a verdict is made again because another door was faster; one is the rule."""


class AttemptWriter:
    """Every attempt is kept, admitted or not; all its effects are in the unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._queries = CheckInQueries(uow.statements)

    async def judge(self, seen: Match, attempt: AttemptContext) -> Verdict:
        """Decide and write; again when another door has counted this day's visit in the meantime."""
        for _ in range(RACES):
            done = await self._done_before(seen, attempt)
            if done is not None:
                return done
            verdict = await self._write(seen, attempt)
            if verdict is not None:
                notices.tell(self.uow, verdict, attempt)
                return verdict
            seen = await self._look_again(seen, attempt)
        raise AssertionError("somebody is always first")

    async def override(self, facts: DoorFacts, attempt: AttemptContext, reason: str) -> Verdict:
        """A visit of the plan if it has one for this day, else a visit without a plan; one a day counts.

        Raises `NothingToAdmit`.
        """
        verdict = verdict_of(facts, VerdictCode.ADMITTED, attempt, self.uow.settings)
        verdict = replace(verdict, reason=reason)
        if facts.visited_today:
            verdict = replace(verdict, code=VerdictCode.REENTRY)
        elif verdict.subscription_id is not None:
            counted = await self._count(verdict, facts, attempt, reason)
            if counted is not None:
                return counted
        for counts in (not facts.visited_today, False):
            verdict = replace(verdict, counted=counts)
            if await self._queries.write(self._values(verdict, attempt, reason)):
                return await self._reward(verdict, facts) if counts else verdict
        raise NothingToAdmit

    async def as_written(self, row: CheckIn) -> Verdict:
        """The verdict of an attempt that was written before."""
        at = row.at.astimezone(self.uow.settings.zone)
        attempt = AttemptContext(row.method, at, row.kiosk_id, row.idempotency_key)
        facts = await self._queries.facts(row.client_id, attempt.day, at) if row.client_id else None
        seen = verdict_of(facts, row.code, attempt, self.uow.settings)
        written = replace(seen, id=row.id, outcome=row.outcome)
        number = row.visit_number or written.visit_number
        return replace(written, visit_number=number, counted=row.counted, reason=row.override_reason)

    async def _done_before(self, seen: Match, attempt: AttemptContext) -> Verdict | None:
        """The verdict that the same key has had already."""
        if attempt.key is None or (seen.facts is not None and seen.facts.done_id is None):
            return None
        done = await AttendanceRepository(self.uow.session).by_key(attempt.key)
        return None if done is None else await self.as_written(done)

    async def _look_again(self, seen: Match, attempt: AttemptContext) -> Match:
        if seen.facts is None or seen.facts.client is None:
            return seen
        facts = await self._queries.facts(seen.facts.client.id, attempt.day, attempt.at, attempt.key)
        return replace(seen, facts=facts)

    async def _write(self, seen: Match, attempt: AttemptContext) -> Verdict | None:
        """The verdict as written, or None with nothing written."""
        code = verdict_code(access_facts(seen, attempt, self.uow.settings))
        verdict = verdict_of(seen.facts, code, attempt, self.uow.settings)
        if code is VerdictCode.ADMITTED and seen.facts is not None:
            return await self._count(verdict, seen.facts, attempt)
        return verdict if await self._queries.write(self._values(verdict, attempt)) else None

    async def _count(
        self, verdict: Verdict, facts: DoorFacts, attempt: AttemptContext, reason: str | None = None
    ) -> Verdict | None:
        number = await self._queries.count_visit(self._values(verdict, attempt, reason), facts)
        if number is None:
            return None
        left = None if verdict.visits_left is None else max(0, verdict.visits_left - 1)
        counted = replace(verdict, visit_number=number, visits_left=left, counted=True)
        return await self._reward(counted, facts)

    async def _reward(self, verdict: Verdict, facts: DoorFacts) -> Verdict:
        """What a counted visit has earned, in its own transaction."""
        visit = counted_visit(verdict, facts)
        earned = await after_visit(self.uow, visit)
        return after_counting(verdict, visit, earned, self.uow.settings)

    def _values(self, verdict: Verdict, attempt: AttemptContext, reason: str | None = None) -> AttemptValues:
        actor = self.uow.actor
        return AttemptValues(
            id=verdict.id,
            client_id=verdict.client_id,
            subscription_id=verdict.subscription_id,
            outcome=verdict.outcome,
            code=verdict.code,
            method=attempt.method,
            counted=verdict.counted,
            balance=verdict.balance if verdict.client_id else None,
            kiosk_id=attempt.kiosk_id,
            staff_id=actor.id if actor.kind is ActorKind.STAFF else None,
            at=attempt.at,
            received_at=self.uow.now,
            gym_day=attempt.day,
            override_reason=reason,
            idempotency_key=attempt.key,
        )
