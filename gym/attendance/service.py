"""Attendance: identifies, decides, and writes the attempt with all its effects in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, update

from gym.attendance import notices
from gym.attendance.access import AccessFacts, Rules, SubscriptionFacts, Window, decide
from gym.attendance.models import CheckIn, CheckInMethod, Outcome, VerdictCode
from gym.attendance.repository import AttendanceRepository
from gym.attendance.schemas import Verdict
from gym.core.clock import gym_day
from gym.core.errors import Conflict, Forbidden, Invalid
from gym.core.ids import new_id
from gym.core.language import N_
from gym.core.repository import Page
from gym.faces.schemas import MatchOutcome, MatchRule, Probe
from gym.faces.service import FaceRecognitionService
from gym.payments.errors import parse_reason
from gym.security.links import Links, QrInvalid
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings
from gym.subscriptions.models import Subscription
from gym.unit_of_work import UnitOfWork

OFFLINE_AT_MOST: Final = timedelta(hours=72)
CLOCK_SKEW: Final = timedelta(minutes=2)
ADMITTED: Final = (VerdictCode.ADMITTED, VerdictCode.REENTRY)
OPEN: Final = ("scheduled", "pending_payment", "active", "frozen")


class CapturedInFuture(Invalid):
    code = "captured_in_future"
    message = N_("The capture time lies in the future. Check the device's clock.")


class CapturedTooLongAgo(Invalid):
    code = "captured_too_long_ago"
    message = N_("The capture time is more than 72 hours ago. Register this visit at the desk.")


class DocumentUnknown(Invalid):
    """Which half was wrong is not said."""

    code = "document_unknown"
    message = N_("Document and phone do not fit together. Check them, or ask at the desk.")


class UndoTooLate(Conflict):
    code = "undo_too_late"
    message = N_("Too late to undo: that works for {minutes} minutes.")

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes=minutes)


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = N_("There is no visit to undo here.")


class NotYourCheckIn(Forbidden):
    code = "not_your_check_in"
    message = N_("Only whoever let the client in, or an admin, can undo this.")


@dataclass(frozen=True, slots=True)
class Door:
    """Where and when: door time is the capture time of an offline kiosk."""

    method: CheckInMethod
    at: datetime
    day: date
    kiosk_id: UUID | None
    key: UUID | None


class AttendanceService:
    """Every attempt is kept, admitted or not."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._attendance = AttendanceRepository(uow.session)

    async def check_in_face(
        self,
        probe: Probe,
        rule: MatchRule,
        *,
        at: datetime | None = None,
        kiosk_id: UUID | None = None,
        key: UUID | None = None,
    ) -> Verdict:
        """By face. Raises `CapturedInFuture` and `CapturedTooLongAgo`."""
        door = self._door(CheckInMethod.FACE, at, kiosk_id, key)
        known = await FaceRecognitionService(self.uow).identify(probe, rule)
        return await self._check_in(known.client_id, known.outcome, door)

    async def check_in_qr(
        self, text: str, *, at: datetime | None = None, kiosk_id: UUID | None = None, key: UUID | None = None
    ) -> Verdict:
        """By a member's QR, judged at door time. Raises `QrInvalid`, `QrExpired`."""
        door = self._door(CheckInMethod.QR, at, kiosk_id, key)
        qr = Links(self.uow.secrets.jwt).read_member_qr(text, door.at)
        facts = await self._attendance.facts(qr.client_id, door.day, door.at)
        if facts is None or (qr.card_serial and qr.card_serial != facts.card_serial):
            raise QrInvalid
        return await self._check_in(qr.client_id, MatchOutcome.FOUND, door, facts)

    async def check_in_document(
        self,
        number: str,
        phone_last4: str,
        *,
        at: datetime | None = None,
        kiosk_id: UUID | None = None,
        key: UUID | None = None,
    ) -> Verdict:
        """By document and the last four digits of the phone. Raises `DocumentUnknown`."""
        door = self._door(CheckInMethod.DOCUMENT, at, kiosk_id, key)
        compact = "".join(letter for letter in number if letter.isalnum())
        client_id = await self._attendance.by_document(compact, phone_last4)
        if client_id is None:
            raise DocumentUnknown
        return await self._check_in(client_id, MatchOutcome.FOUND, door)

    async def check_in_client(self, client_id: UUID, *, key: UUID | None = None) -> Verdict:
        """By staff who know the person; the same key gives the same verdict."""
        door = self._door(CheckInMethod.STAFF, None, None, key)
        if key is not None and (done := await self._attendance.by_key(key)) is not None:
            return await self._as_written(done)
        return await self._check_in(client_id, MatchOutcome.FOUND, door)

    async def admit_anyway(self, check_in_id: UUID, reason: str, *, key: UUID | None = None) -> Verdict:
        """Let somebody in against the verdict; kept with its reason and told to the admins."""
        self.uow.actor.require(Permission.OVERRIDE_DENIAL)
        reason = parse_reason(reason)
        if key is not None and (done := await self._attendance.by_key(key)) is not None:
            return await self._as_written(done)
        denied = await self._attendance.lock(check_in_id)
        if denied.client_id is None or denied.outcome is Outcome.ADMITTED:
            raise NothingToUndo
        door = self._door(CheckInMethod.STAFF, None, None, key)
        facts = await self._attendance.facts(denied.client_id, door.day, door.at)
        verdict = replace(_verdict(facts, VerdictCode.ADMITTED, door), reason=reason)
        counted = not await self._attendance.counted_on(denied.client_id, door.day)
        verdict = replace(verdict, counted=counted)
        await self._attendance.add(self._row(verdict, door, override_reason=reason))
        self.uow.audit(
            "check_in.overridden", ("check_ins", verdict.id), {"code": denied.code}, {"reason": reason}
        )
        notices.tell_override(self.uow, verdict, denied.code)
        return verdict

    async def undo(self, check_in_id: UUID) -> CheckIn:
        """Take a visit back within minutes. Raises `NothingToUndo`, `UndoTooLate`, `NotYourCheckIn`."""
        row = await self._attendance.lock(check_in_id)
        self._require_undo(row)
        row.undone_at, row.undone_by = self.uow.now, self.uow.actor.id
        if row.counted and row.subscription_id is not None and row.visit_number is not None:
            used = update(Subscription).where(Subscription.id == row.subscription_id)
            await self.uow.session.execute(used.values(visits_used=Subscription.visits_used - 1))
        self.uow.audit("check_in.undone", row)
        return row

    async def visits(self, client_id: UUID, page: int = 0) -> Page[CheckIn]:
        """Every attempt of a client, the latest first."""
        return await self._attendance.visits(client_id, page)

    async def today(self, page: int = 0) -> Page[CheckIn]:
        """Every attempt of today, the latest first."""
        self.uow.actor.require(Permission.CHECK_IN)
        return await self._attendance.on_day(self.uow.today, page)

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

    def _door(
        self, method: CheckInMethod, at: datetime | None, kiosk_id: UUID | None, key: UUID | None
    ) -> Door:
        self.uow.actor.require(Permission.CHECK_IN)
        now = self.uow.now
        if at is not None and at > now + CLOCK_SKEW:
            raise CapturedInFuture
        if at is not None and at < now - OFFLINE_AT_MOST:
            raise CapturedTooLongAgo
        moment = min(at, now) if at is not None else now
        return Door(method, moment, gym_day(moment, self.uow.settings.zone), kiosk_id, key)

    async def _check_in(
        self, client_id: UUID | None, match: MatchOutcome, door: Door, facts: Row[Any] | None = None
    ) -> Verdict:
        if client_id is not None and facts is None:
            facts = await self._attendance.facts(client_id, door.day, door.at)
        if facts is None and client_id is not None:
            match = MatchOutcome.UNKNOWN
        verdict = await self._decide_and_write(facts, match, door)
        if verdict is None:  # another door counted this day's visit in the same moment: decide again
            assert client_id is not None
            return await self._check_in(client_id, match, door)
        notices.tell(self.uow, verdict, door.day)
        return verdict

    async def _decide_and_write(
        self, facts: Row[Any] | None, match: MatchOutcome, door: Door
    ) -> Verdict | None:
        code = decide(_access_facts(facts, match, door, self.uow.settings))
        verdict = _verdict(facts, code, door)
        if code is not VerdictCode.ADMITTED:
            await self._attendance.add(self._row(verdict, door))
            return verdict
        number = await self._count(verdict, door)
        if number is None:
            return None
        left = None if verdict.visits_left is None else verdict.visits_left - 1
        return replace(verdict, visit_number=number, visits_left=left, counted=True)

    async def _count(self, verdict: Verdict, door: Door) -> int | None:
        """The visit's number, or None with nothing written."""
        values = {
            "id": verdict.id,
            "client_id": verdict.client_id,
            "subscription_id": verdict.subscription_id,
            "method": door.method.value,
            "balance": verdict.balance,
            "kiosk_id": door.kiosk_id,
            "staff_id": self._staff_id,
            "at": door.at,
            "received_at": self.uow.now,
            "gym_day": door.day,
            "idempotency_key": door.key,
        }
        point = await self.uow.session.begin_nested()
        number = await self._attendance.count_visit(values)
        await (point.commit() if number is not None else point.rollback())
        return number

    def _row(self, verdict: Verdict, door: Door, override_reason: str | None = None) -> CheckIn:
        return CheckIn(
            id=verdict.id,
            client_id=verdict.client_id,
            subscription_id=verdict.subscription_id,
            outcome=verdict.outcome,
            code=verdict.code,
            method=door.method,
            counted=verdict.counted,
            balance=verdict.balance,
            kiosk_id=door.kiosk_id,
            staff_id=self._staff_id,
            at=door.at,
            received_at=self.uow.now,
            gym_day=door.day,
            override_reason=override_reason,
            idempotency_key=door.key,
        )

    async def _as_written(self, row: CheckIn) -> Verdict:
        """The verdict of an attempt that was written before."""
        door = Door(row.method, row.at, row.gym_day, row.kiosk_id, row.idempotency_key)
        facts = await self._attendance.facts(row.client_id, row.gym_day, row.at) if row.client_id else None
        verdict = _verdict(facts, row.code, door)
        return replace(
            verdict, id=row.id, outcome=row.outcome, visit_number=row.visit_number, counted=row.counted
        )

    @property
    def _staff_id(self) -> UUID | None:
        return self.uow.actor.id if self.uow.actor.role is not None else None


def _access_facts(
    facts: Row[Any] | None, match: MatchOutcome, door: Door, settings: GymSettings
) -> AccessFacts:
    at = door.at.astimezone(settings.zone).time()
    rules = Rules(
        settings.grace_days,
        settings.grace_amount,
        settings.closed_debt_denies,
        settings.reentry,
        settings.card_passback_minutes,
    )
    if facts is None:
        return AccessFacts(door.day, at, door.method, rules, match=match)
    since = (door.at - facts.last_at).total_seconds() / 60 if facts.last_at else None
    return AccessFacts(
        day=door.day,
        at=at,
        method=door.method,
        rules=rules,
        match=match,
        client_active=facts.active,
        blocked_until=facts.blocked_until,
        subscription=_subscription_facts(facts, door.day),
        closed_debt=facts.closed_debt,
        visited_today=bool(facts.visited_today),
        minutes_since_entry=since,
    )


def _subscription_facts(facts: Row[Any], day: date) -> SubscriptionFacts | None:
    if facts.subscription_id is None:
        return None
    frozen = facts.status == "frozen"
    return SubscriptionFacts(
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        is_open=facts.status in OPEN,
        balance=facts.balance,
        due_since=facts.starts_on,
        visits=facts.visits,
        visits_used=facts.visits_used,
        frozen_from=day if frozen else None,
        frozen_until=facts.frozen_until if frozen else None,
        window=_window(facts.plan_window),
    )


def _window(value: dict[str, Any] | None) -> Window | None:
    if value is None:
        return None
    opens, closes = time.fromisoformat(value["from"]), time.fromisoformat(value["until"])
    return Window(frozenset(value["weekdays"]), opens, closes)


def _verdict(facts: Row[Any] | None, code: VerdictCode, door: Door) -> Verdict:
    outcome = Outcome.ADMITTED if code in ADMITTED else Outcome.DENIED
    bare = Verdict(new_id(), outcome, code, door.method, door.at)
    if facts is None:
        return bare
    named = replace(
        bare,
        client_id=facts.client_id,
        client_name=f"{facts.first_name} {facts.last_name}",
        display_name=facts.alias or facts.first_name,
        warning=facts.warning,
        until=facts.blocked_until if code is VerdictCode.BLOCKED else facts.frozen_until,
        reason=facts.block_reason if code is VerdictCode.BLOCKED else None,
        birthday=_is_birthday(facts.birth_date, door.day),
        closed_debt=facts.closed_debt,
    )
    return _with_plan(named, facts, door) if facts.subscription_id else named


def _with_plan(verdict: Verdict, facts: Row[Any], door: Door) -> Verdict:
    left = max(0, (facts.ends_on - door.day).days)
    visits = None if facts.visits is None else max(0, facts.visits - facts.visits_used)
    opening = None
    if verdict.code is VerdictCode.OUTSIDE_HOURS and (window := _window(facts.plan_window)) is not None:
        opening = window.next_opening(door.day, time(door.at.hour, door.at.minute))
    return replace(
        verdict,
        subscription_id=facts.subscription_id,
        plan_name=facts.plan_name,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        days_left=left,
        visits_left=visits,
        balance=facts.balance or Decimal(0),
        opens_on=opening[0] if opening else None,
        opens_at=opening[1] if opening else None,
    )


def _is_birthday(born: date | None, day: date) -> bool:
    return born is not None and (born.month, born.day) == (day.month, day.day)
