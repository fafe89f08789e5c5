"""The attendance service: check in by any credential, correct a verdict, list visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from gym.attendance.checkin.attempt_writer import AttemptWriter
from gym.attendance.checkin.corrections import CheckInCorrections
from gym.attendance.checkin.credentials import (
    ClientCredential,
    Credential,
    DocumentCredential,
    FaceCredential,
    QrCredential,
)
from gym.attendance.checkin.facts.door_facts import AttemptContext, Match
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.checkin.identification import FaceIdentification
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.errors import CapturedInFuture, CapturedTooLongAgo
from gym.attendance.models import CheckIn, CheckInMethod, Outcome
from gym.attendance.repository import AttendanceRepository
from gym.clients.errors import ClientNotFound
from gym.clients.fields.card_numbers import number_at_the_door
from gym.clients.fields.documents import kept_numbers
from gym.core.database.repository import Page
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.schemas import MatchOutcome, MatchRule, Probe
from gym.security.permissions import ActorKind, OnlyFromDesk, Permission
from gym.security.signed_links import CardRevoked, QrInvalid, SignedLinks
from gym.unit_of_work import UnitOfWork

OFFLINE_AT_MOST: Final = timedelta(hours=72)
"""How late a kiosk may replay an attempt: as long as idempotency keys are kept (`idempotency.KEPT`)."""
CLOCK_SKEW: Final = timedelta(minutes=2)
"""By so much a tablet's clock may be ahead of the server's."""


class AttendanceService:
    """Every attempt is kept, admitted or not."""

    def __init__(self, uow: UnitOfWork, gallery: MemoryGallery | None = None) -> None:
        self.uow = uow
        self._queries = CheckInQueries(uow.statements)
        self._writer = AttemptWriter(uow)
        self._identification = FaceIdentification(uow, gallery)

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
            case ClientCredential(client_id, anew, answered_in):
                return await self.check_in_client(client_id, key=key, anew=anew, answered_in=answered_in)

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
        attempt = self._attempt(CheckInMethod.FACE, at, kiosk_id, key)
        if not live:
            return await self._writer.judge(Match(None, MatchOutcome.UNKNOWN, spoof=True), attempt)
        return await self._writer.judge(await self._identification.match(probe, rule, attempt), attempt)

    async def check_in_qr(
        self, text: str, *, at: datetime | None = None, kiosk_id: UUID | None = None, key: UUID | None = None
    ) -> Verdict:
        """By a member's QR, judged at door time, or the number of a card that the gym had before.

        Raises `QrInvalid`, `QrExpired`.
        """
        attempt = self._attempt(CheckInMethod.QR, at, kiosk_id, key)
        if (number := number_at_the_door(text)) is not None:
            return await self._check_in_card(number, attempt)
        qr = SignedLinks(self.uow.secrets.jwt).read_member_qr(text, attempt.at)
        facts = await self._queries.facts(qr.client_id, attempt.day, attempt.at, key)
        if facts.client is None:
            raise QrInvalid
        if qr.card_serial and qr.card_serial != facts.client.card_serial:
            raise CardRevoked
        return await self._writer.judge(Match(facts), attempt)

    async def _check_in_card(self, number: str, attempt: AttemptContext) -> Verdict:
        client_id = await self._queries.by_card(number)
        if client_id is None:
            raise QrInvalid
        return await self._writer.judge(
            Match(await self._queries.facts(client_id, attempt.day, attempt.at, attempt.key)), attempt
        )

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
        attempt = self._attempt(CheckInMethod.DOCUMENT, at, kiosk_id, key)
        client_id = await self._queries.by_document(kept_numbers(number), phone_last4)
        if client_id is None:
            return await self._writer.judge(Match(None, MatchOutcome.UNKNOWN), attempt)
        facts = await self._queries.facts(client_id, attempt.day, attempt.at, key)
        return await self._writer.judge(Match(facts), attempt)

    async def check_in_client(
        self,
        client_id: UUID,
        *,
        key: UUID | None = None,
        anew: bool = False,
        answered_in: UUID | None = None,
    ) -> Verdict:
        """By staff who know the person; the same key gives the same verdict. Raises `ClientNotFound`.

        `anew` is for a button that stays on the screen: it judges again once its last attempt was denied, or
        undone since. The desk chat `answered_in` reads the answer and gets no message of it.
        """
        if self.uow.actor.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
            raise OnlyFromDesk
        if anew and key is not None:
            key = await self._unspent(key)
        attempt = replace(self._attempt(CheckInMethod.STAFF, None, None, key), answered_in=answered_in)
        facts = await self._queries.facts(client_id, attempt.day, attempt.at, key)
        if facts.client is None:
            raise ClientNotFound
        return await self._writer.judge(Match(facts), attempt)

    async def admit_anyway(self, check_in_id: UUID, reason: str, *, key: UUID | None = None) -> Verdict:
        """Let somebody in against the verdict, on the same day; kept with its reason and told to the admins.

        The denial stays and says by its reason that it was overridden, so a second tap finds nothing.
        Raises `NothingToAdmit`, `OverrideTooLate`, `ReasonNeeded`.
        """
        return await CheckInCorrections(self.uow).admit_anyway(check_in_id, reason, key=key)

    async def undo(self, check_in_id: UUID) -> CheckIn:
        """Take a visit back within minutes. Raises `NothingToUndo`, `UndoTooLate`, `NotYourCheckIn`."""
        return await CheckInCorrections(self.uow).undo(check_in_id)

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

    def _attempt(
        self, method: CheckInMethod, at: datetime | None, kiosk_id: UUID | None, key: UUID | None
    ) -> AttemptContext:
        self.uow.actor.require(Permission.CHECK_IN)
        now = self.uow.now
        if at is not None and at > now + CLOCK_SKEW:
            raise CapturedInFuture
        if at is not None and at < now - OFFLINE_AT_MOST:
            raise CapturedTooLongAgo
        moment = now if at is None else min(at, now)
        if kiosk_id is None and self.uow.actor.kind is ActorKind.KIOSK:
            kiosk_id = self.uow.actor.id
        return AttemptContext(method, moment.astimezone(self.uow.settings.zone), kiosk_id, key)
