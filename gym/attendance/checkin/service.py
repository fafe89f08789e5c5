"""Attendance: identifies, decides, and writes the attempt with all its effects in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from gym.attendance.checkin import notices
from gym.attendance.checkin.access import decide
from gym.attendance.checkin.credentials import (
    ClientCredential,
    Credential,
    DocumentCredential,
    FaceCredential,
    QrCredential,
)
from gym.attendance.checkin.loyalty import after_counting, counted_visit
from gym.attendance.checkin.queries import CheckInQueries, Facts
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.verdicts import Door, Match, access_facts, verdict_of
from gym.attendance.errors import (
    CapturedInFuture,
    CapturedTooLongAgo,
    NothingToAdmit,
    NothingToUndo,
    NotYourCheckIn,
    OverrideTooLate,
    UndoTooLate,
)
from gym.attendance.models import CheckIn, CheckInMethod, Outcome, VerdictCode
from gym.attendance.repository import AttendanceRepository
from gym.clients.documents import kept_numbers
from gym.clients.errors import ClientNotFound
from gym.core.clock import gym_day
from gym.core.database.repository import Page
from gym.faces.gallery import matching
from gym.faces.gallery.memory_gallery import MemoryGallery, search
from gym.faces.gallery.postgres_gallery import PgGallery, candidates_of, terms_of
from gym.faces.schemas import MatchOutcome, MatchRule, Probe
from gym.payments.errors import parse_reason
from gym.rewards.granting import after_undo, after_visit
from gym.security.permissions import ActorKind, OnlyFromDesk, Permission
from gym.security.signed_links import CardRevoked, QrInvalid, SignedLinks
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

OFFLINE_AT_MOST: Final = timedelta(hours=72)
CLOCK_SKEW: Final = timedelta(minutes=2)
RACES: Final = 5
"""How often a verdict is made again because another door was faster; one is the rule."""


class AttendanceService:
    """Every attempt is kept, admitted or not."""

    def __init__(self, uow: UnitOfWork, gallery: MemoryGallery | None = None) -> None:
        self.uow = uow
        self._at_door = CheckInQueries(uow.statements)
        self._memory = gallery

    @property
    def _attendance(self) -> AttendanceRepository:
        return AttendanceRepository(self.uow.session)

    async def check_in(
        self,
        credential: Credential,
        *,
        at: datetime | None = None,
        kiosk_id: UUID | None = None,
        key: UUID | None = None,
    ) -> Verdict:
        """By whatever was shown; `at` is the capture time of a kiosk that was offline.

        Raises what the four ways below raise.
        """
        match credential:
            case FaceCredential(probe, rule, live):
                return await self.check_in_face(probe, rule, live=live, at=at, kiosk_id=kiosk_id, key=key)
            case QrCredential(text):
                return await self.check_in_qr(text, at=at, kiosk_id=kiosk_id, key=key)
            case DocumentCredential(number, last4):
                return await self.check_in_document(number, last4, at=at, kiosk_id=kiosk_id, key=key)
            case ClientCredential(client_id, anew):
                return await self.check_in_client(client_id, key=key, anew=anew)

    async def check_in_face(
        self,
        probe: Probe,
        rule: MatchRule,
        *,
        live: bool = True,
        at: datetime | None = None,
        kiosk_id: UUID | None = None,
        key: UUID | None = None,
    ) -> Verdict:
        """By face; `live` is False when liveness said no. Raises `CapturedInFuture`, `CapturedTooLongAgo`."""
        door = self._door(CheckInMethod.FACE, at, kiosk_id, key)
        if not live:
            return await self._check_in(Match(None, MatchOutcome.UNKNOWN, spoof=True), door)
        return await self._check_in(await self._see(probe, rule, door), door)

    async def check_in_qr(
        self, text: str, *, at: datetime | None = None, kiosk_id: UUID | None = None, key: UUID | None = None
    ) -> Verdict:
        """By a member's QR, judged at door time. Raises `QrInvalid`, `QrExpired`."""
        door = self._door(CheckInMethod.QR, at, kiosk_id, key)
        qr = SignedLinks(self.uow.secrets.jwt).read_member_qr(text, door.at)
        facts = await self._at_door.facts(qr.client_id, door.day, door.at, key)
        if facts["client_id"] is None:
            raise QrInvalid
        if qr.card_serial and qr.card_serial != facts["card_serial"]:
            raise CardRevoked
        return await self._check_in(Match(facts), door)

    async def check_in_document(
        self,
        number: str,
        phone_last4: str,
        *,
        at: datetime | None = None,
        kiosk_id: UUID | None = None,
        key: UUID | None = None,
    ) -> Verdict:
        """By document and the last four digits of the phone; which half was wrong is not said."""
        door = self._door(CheckInMethod.DOCUMENT, at, kiosk_id, key)
        client_id = await self._at_door.by_document(kept_numbers(number), phone_last4)
        if client_id is None:
            return await self._check_in(Match(None, MatchOutcome.UNKNOWN), door)
        facts = await self._at_door.facts(client_id, door.day, door.at, key)
        return await self._check_in(Match(facts), door)

    async def check_in_client(
        self, client_id: UUID, *, key: UUID | None = None, anew: bool = False
    ) -> Verdict:
        """By staff who know the person; the same key gives the same verdict. Raises `ClientNotFound`.

        `anew` is for a button that stays on the screen: it judges again once its last attempt was denied, or
        undone since.
        """
        if self.uow.actor.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
            raise OnlyFromDesk
        if anew and key is not None:
            key = await self._unspent(key)
        door = self._door(CheckInMethod.STAFF, None, None, key)
        facts = await self._at_door.facts(client_id, door.day, door.at, key)
        if facts["client_id"] is None:
            raise ClientNotFound
        return await self._check_in(Match(facts), door)

    async def admit_anyway(self, check_in_id: UUID, reason: str, *, key: UUID | None = None) -> Verdict:
        """Let somebody in against the verdict, on the same day; kept with its reason and told to the admins.

        The denial stays and says by its reason that it was overridden, so a second tap finds nothing.
        Raises `NothingToAdmit`, `OverrideTooLate`, `ReasonNeeded`.
        """
        self.uow.actor.require(Permission.OVERRIDE_DENIAL)
        reason = parse_reason(reason)
        denied = await self._attendance.lock(check_in_id)
        if key is not None and (done := await self._attendance.by_key(key)) is not None:
            return await self._as_written(done)
        client_id = self._overridable(denied)
        await FourEyes(self.uow).require_another(client_id, Permission.OVERRIDE_DENIAL)
        denied.override_reason = reason
        door = self._door(CheckInMethod.STAFF, None, None, key)
        facts = await self._at_door.facts(client_id, door.day, door.at)
        verdict = await self._override(facts, door, reason)
        after = {"reason": reason, "check_in": verdict.id}
        self.uow.audit("check_in.overridden", denied, {"code": denied.code}, after)
        notices.tell_override(self.uow, verdict, denied.code, await self._attendance.admin_ids())
        return verdict

    async def undo(self, check_in_id: UUID) -> CheckIn:
        """Take a visit back within minutes. Raises `NothingToUndo`, `UndoTooLate`, `NotYourCheckIn`."""
        row = await self._attendance.lock(check_in_id)
        self._require_undo(row)
        await FourEyes(self.uow).require_another(row.client_id, Permission.UNDO_OWN_CHECK_IN)
        row.undone_at = self.uow.now
        row.undone_by = self.uow.actor.id if self.uow.actor.kind is ActorKind.STAFF else None
        if row.counted and row.visit_number is not None and row.subscription_id is not None:
            await self._attendance.give_back_visit(row.subscription_id)
        if row.counted and row.client_id is not None:
            await after_undo(self.uow, row.client_id, row.subscription_id)
        self.uow.audit("check_in.undone", row, None, {"client": row.client_id, "at": row.at})
        return row

    async def visits(self, client_id: UUID, page: int = 0) -> Page[CheckIn]:
        """Every attempt of a client, the latest first: for the desk, or for the client in person."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        return await self._attendance.visits(client_id, page)

    async def today(self, page: int = 0, *, since: datetime | None = None) -> Page[CheckIn]:
        """Every attempt of today, the latest first; for the desk."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._attendance.on_day(self.uow.today, page, since)

    async def _unspent(self, key: UUID) -> UUID:
        """The key, or the one that follows from every attempt it has made that is over."""
        while (done := await self._attendance.by_key(key)) is not None:
            if done.outcome is Outcome.ADMITTED and done.undone_at is None:
                break
            key = uuid5(key, str(done.id))
        return key

    def _door(
        self, method: CheckInMethod, at: datetime | None, kiosk_id: UUID | None, key: UUID | None
    ) -> Door:
        self.uow.actor.require(Permission.CHECK_IN)
        now = self.uow.now
        if at is not None and at > now + CLOCK_SKEW:
            raise CapturedInFuture
        if at is not None and at < now - OFFLINE_AT_MOST:
            raise CapturedTooLongAgo
        moment = now if at is None else min(at, now)
        if kiosk_id is None and self.uow.actor.kind is ActorKind.KIOSK:
            kiosk_id = self.uow.actor.id
        return Door(method, moment.astimezone(self.uow.settings.zone), kiosk_id, key)

    async def _see(self, probe: Probe, rule: MatchRule, door: Door) -> Match:
        """Who it is and all about them: in one query, whichever gallery is searched."""
        if self._memory is not None and self._memory.model_id == probe.model_id:
            return await self._see_in_memory(self._memory, probe, rule, door)
        terms = terms_of(probe, self.uow.secrets.data)
        if len(terms) > 1:  # keys are being rotated
            gallery = PgGallery(self.uow.session, self.uow.secrets.data)
            known = matching.decide(await gallery.search(probe), rule)
            if known.client_id is None:
                return Match(None, known.outcome)
            return Match(await self._at_door.facts(known.client_id, door.day, door.at, door.key))
        facts = await self._at_door.facts_of_face(terms[0], door.day, door.at, door.key)
        outcome = matching.decide(candidates_of(facts), rule).outcome
        return Match(facts if outcome is MatchOutcome.FOUND else None, outcome)

    async def _see_in_memory(
        self, gallery: MemoryGallery, probe: Probe, rule: MatchRule, door: Door
    ) -> Match:
        """The query for the facts says too whether the gallery has changed since; then once more."""
        gallery.learn(self.uow.secrets.data)
        while True:
            snapshot = gallery.snapshot
            known = matching.decide(await search(snapshot, gallery.keyring, probe), rule)
            facts = await self._at_door.facts(known.client_id, door.day, door.at, door.key)
            if facts["gallery_number"] <= snapshot.number:
                return Match(facts if known.client_id else None, known.outcome)
            await gallery.fresh(self.uow.session, facts["gallery_number"])

    async def _check_in(self, seen: Match, door: Door) -> Verdict:
        """Decide and write; decide again when another door counted this day's visit in the same moment."""
        for _ in range(RACES):
            done = await self._done_before(seen, door)
            if done is not None:
                return done
            verdict = await self._write(seen, door)
            if verdict is not None:
                notices.tell(self.uow, verdict, door.day)
                return verdict
            seen = await self._look_again(seen, door)
        raise AssertionError("somebody is always first")

    async def _done_before(self, seen: Match, door: Door) -> Verdict | None:
        """The verdict that the same key has had already."""
        if door.key is None or (seen.facts is not None and seen.facts["done_id"] is None):
            return None
        done = await self._attendance.by_key(door.key)
        return None if done is None else await self._as_written(done)

    async def _look_again(self, seen: Match, door: Door) -> Match:
        if seen.facts is None:
            return seen
        facts = await self._at_door.facts(seen.facts["client_id"], door.day, door.at, door.key)
        return replace(seen, facts=facts)

    async def _write(self, seen: Match, door: Door) -> Verdict | None:
        """The verdict as written, or None with nothing written."""
        code = decide(access_facts(seen, door, self.uow.settings))
        verdict = verdict_of(seen.facts, code, door, self.uow.settings)
        if code is VerdictCode.ADMITTED and seen.facts is not None:
            return await self._count(verdict, seen.facts, door)
        return verdict if await self._at_door.write(self._row(verdict, door)) else None

    async def _count(
        self, verdict: Verdict, facts: Facts, door: Door, reason: str | None = None
    ) -> Verdict | None:
        number = await self._at_door.count_visit(self._visit_values(verdict, door, reason), facts)
        if number is None:
            return None
        left = None if verdict.visits_left is None else max(0, verdict.visits_left - 1)
        counted = replace(verdict, visit_number=number, visits_left=left, counted=True)
        return await self._reward(counted, facts)

    async def _reward(self, verdict: Verdict, facts: Facts) -> Verdict:
        """What a counted visit has earned, in its own transaction."""
        visit = counted_visit(verdict, facts)
        earned = await after_visit(self.uow, visit)
        return after_counting(verdict, visit, earned, self.uow.settings)

    async def _override(self, facts: Facts, door: Door, reason: str) -> Verdict:
        """A visit of the plan if it has one for this day, else a visit without a plan; one a day counts."""
        verdict = verdict_of(facts, VerdictCode.ADMITTED, door, self.uow.settings)
        verdict = replace(verdict, reason=reason)
        if facts["visited_today"]:
            verdict = replace(verdict, code=VerdictCode.REENTRY)
        elif verdict.subscription_id is not None:
            counted = await self._count(verdict, facts, door, reason)
            if counted is not None:
                return counted
        for counts in (not facts["visited_today"], False):
            verdict = replace(verdict, counted=counts)
            if await self._at_door.write(self._row(verdict, door, reason)):
                return await self._reward(verdict, facts) if counts else verdict
        raise NothingToAdmit

    def _overridable(self, denied: CheckIn) -> UUID:
        """The client of a denial that may still be overridden."""
        if denied.client_id is None or denied.outcome is Outcome.ADMITTED or denied.override_reason:
            raise NothingToAdmit
        if gym_day(denied.received_at, self.uow.settings.zone) != self.uow.today:
            raise OverrideTooLate
        return denied.client_id

    def _require_undo(self, row: CheckIn) -> None:
        own = row.staff_id is not None and row.staff_id == self.uow.actor.id
        if not self.uow.actor.may(Permission.UNDO_ANY_CHECK_IN):
            self.uow.actor.require(Permission.UNDO_OWN_CHECK_IN)
            if not own:
                raise NotYourCheckIn
        if row.outcome is not Outcome.ADMITTED or row.undone_at is not None:
            raise NothingToUndo
        minutes = self.uow.settings.undo_minutes
        if self.uow.now - row.received_at > timedelta(minutes=minutes):
            raise UndoTooLate(minutes)

    def _visit_values(self, verdict: Verdict, door: Door, reason: str | None) -> dict[str, Any]:
        return {
            "id": verdict.id,
            "client_id": verdict.client_id,
            "subscription_id": verdict.subscription_id,
            "method": door.method.value,
            "balance": verdict.balance if verdict.client_id else None,
            "kiosk_id": door.kiosk_id,
            "staff_id": self.uow.actor.id if self.uow.actor.kind is ActorKind.STAFF else None,
            "at": door.at,
            "received_at": self.uow.now,
            "gym_day": door.day,
            "override_reason": reason,
            "idempotency_key": door.key,
        }

    def _row(self, verdict: Verdict, door: Door, reason: str | None = None) -> dict[str, Any]:
        """An attempt that uses no visit of the plan."""
        return self._visit_values(verdict, door, reason) | {
            "outcome": verdict.outcome.value,
            "code": verdict.code.value,
            "counted": verdict.counted,
        }

    async def _as_written(self, row: CheckIn) -> Verdict:
        """The verdict of an attempt that was written before."""
        at = row.at.astimezone(self.uow.settings.zone)
        door = Door(row.method, at, row.kiosk_id, row.idempotency_key)
        facts = await self._at_door.facts(row.client_id, door.day, at) if row.client_id else None
        seen = verdict_of(facts, row.code, door, self.uow.settings)
        written = replace(seen, id=row.id, outcome=row.outcome)
        number = row.visit_number or written.visit_number
        return replace(written, visit_number=number, counted=row.counted, reason=row.override_reason)
