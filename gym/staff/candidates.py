"""Candidates: people invited as admins, without any permission until an admin confirms them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.core.database.repository import Page
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.candidates import (
    AdminConfirmedPayload,
    AdminWaitingPayload,
    AdminWaitOverPayload,
    CandidateDetails,
    DeskNewStaffPayload,
)
from gym.security.permissions import ActorKind, NotAllowed, Permission, Role
from gym.staff.errors import (
    CandidateDecided,
    CandidateExpired,
    NotConfirmed,
    NotYourself,
    StillWaiting,
    TelegramTaken,
)
from gym.staff.models import AdminCandidate, CandidateState, Staff
from gym.staff.repository import CandidateRepository, StaffRepository
from gym.unit_of_work import UnitOfWork

CONFIRMATION_TIME: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person as Telegram names them; `username` is without the @."""

    telegram_id: int
    name: str
    language: str
    username: str | None = None


async def join(uow: UnitOfWork, newcomer: Newcomer, role: Role, key: UUID | None = None) -> Staff:
    """Insert a colleague, audit it and tell the desk. Raises `TelegramTaken`."""
    staff = Staff(
        id=key,
        name=newcomer.name,
        role=role,
        telegram_id=newcomer.telegram_id,
        language=newcomer.language,
        created_at=uow.now,
    )
    try:
        async with uow.session.begin_nested():
            await StaffRepository(uow.session).add(staff)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_staff_telegram_id":
            raise TelegramTaken from None
        raise
    facts = {"name": staff.name, "role": staff.role}
    uow.audit("staff.joined", staff, after=facts)
    told = DeskNewStaffPayload(staff_id=staff.id, name=staff.name, role=staff.role)
    uow.notify(DESK, told, caused_by=staff.id)
    return staff


class CandidateService:
    """Of several answers to one candidate the first counts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._candidates = CandidateRepository(uow.session)
        self._staff = StaffRepository(uow.session)

    async def add(self, newcomer: Newcomer, invited_by: UUID | None) -> AdminCandidate:
        """Let somebody wait; every admin is asked in their own chat.

        Raises `StillWaiting`, `TelegramTaken`.
        """
        known = await self._candidates.by_telegram(newcomer.telegram_id)
        if known is not None:
            await self._make_room(known)
        inviter = await self._staff.get(invited_by) if invited_by else None
        wall = self.uow.context.wall
        candidate = AdminCandidate(
            telegram_id=newcomer.telegram_id,
            name=newcomer.name,
            username=newcomer.username,
            language=newcomer.language,
            invited_by=invited_by,
            invited_by_name=inviter.name if inviter else None,
            created_at=wall,
            expires_at=wall + CONFIRMATION_TIME,
        )
        await self._insert(candidate)
        facts = {"name": candidate.name, "username": candidate.username, "invited_by": invited_by}
        self.uow.audit("staff.admin_waiting", candidate, after=facts)
        await self._ask(candidate)
        return candidate

    async def waiting(self, number: int = 0) -> Page[AdminCandidate]:
        self.uow.actor.require(Permission.MANAGE_STAFF)
        return await self._candidates.waiting(self.uow.context.wall, number)

    async def get(self, key: UUID) -> AdminCandidate:
        """Raises `CandidateNotFound`."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        return await self._candidates.require(key)

    async def of_account(self, telegram_id: int) -> AdminCandidate | None:
        """The waiting candidate with a Telegram account."""
        candidate = await self._candidates.by_telegram(telegram_id)
        return candidate if candidate is not None and self.is_waiting(candidate) else None

    async def opened_again(self, key: UUID, telegram_id: int) -> AdminCandidate | None:
        """The candidate that a spent link has made, if they open it once more.

        Raises `NotConfirmed` when their wait is over.
        """
        candidate = await self._candidates.get(key)
        if candidate is None or candidate.telegram_id != telegram_id:
            return None
        if not self.is_waiting(candidate):
            raise NotConfirmed
        return candidate

    async def require_not_waiting(self, telegram_id: int) -> None:
        """Raises `StillWaiting`."""
        if await self.of_account(telegram_id) is not None:
            raise StillWaiting

    async def confirm(self, key: UUID) -> Staff:
        """They are an admin from now on.

        Raises `CandidateNotFound`, `CandidateDecided`, `CandidateExpired`, `NotYourself`, `TelegramTaken`.
        """
        candidate = await self._decide(key, CandidateState.CONFIRMED)
        newcomer = Newcomer(candidate.telegram_id, candidate.name, candidate.language, candidate.username)
        staff = await join(self.uow, newcomer, Role.ADMIN, candidate.id)
        welcome = AdminConfirmedPayload(decided_by=candidate.decided_by_name)
        self.uow.notify(Recipient.staff(staff.id), welcome)
        return staff

    async def refuse(self, key: UUID) -> AdminCandidate:
        """Raises `CandidateNotFound`, `CandidateDecided`, `CandidateExpired`, `NotYourself`."""
        return await self._decide(key, CandidateState.REFUSED)

    def is_waiting(self, candidate: AdminCandidate) -> bool:
        in_time = candidate.expires_at > self.uow.context.wall
        return candidate.state is CandidateState.WAITING and in_time

    def until(self, candidate: AdminCandidate) -> datetime:
        """The end of the wait in business time, to be shown."""
        return candidate.expires_at + (self.uow.now - self.uow.context.wall)

    async def _decide(self, key: UUID, state: CandidateState) -> AdminCandidate:
        await self._require_admin()
        candidate = await self._candidates.lock(key)
        if candidate.state is not CandidateState.WAITING:
            confirmed = candidate.state is CandidateState.CONFIRMED
            raise CandidateDecided(candidate.decided_by_name or "", candidate.name, confirmed=confirmed)
        if not self.is_waiting(candidate):
            raise CandidateExpired(candidate.name)
        await self._require_another(candidate)
        candidate.state, candidate.decided_at = state, self.uow.context.wall
        candidate.decided_by, candidate.decided_by_name = self.uow.actor.id, self.uow.actor.name
        self.uow.audit(f"staff.admin_{state.value}", candidate, after={"name": candidate.name})
        await self._tell_decided(candidate)
        return candidate

    async def _require_admin(self) -> None:
        """The actor's row is locked: an admin who is deactivated at the same moment confirms nobody."""
        actor = self.uow.actor
        actor.require(Permission.MANAGE_STAFF)
        if actor.kind is ActorKind.STAFF and not (actor.id and await self._staff.hold_admin(actor.id)):
            raise NotAllowed(Permission.MANAGE_STAFF)

    async def _require_another(self, candidate: AdminCandidate) -> None:
        me = await self._staff.get(self.uow.actor.id) if self.uow.actor.id else None
        if me is not None and me.telegram_id == candidate.telegram_id:
            raise NotYourself

    async def _make_room(self, known: AdminCandidate) -> None:
        """One row for each account: an ended one is deleted. Raises `StillWaiting`, `TelegramTaken`."""
        if known.state is CandidateState.CONFIRMED:
            raise TelegramTaken
        if self.is_waiting(known):
            raise StillWaiting
        await self._candidates.delete(known)

    async def _insert(self, candidate: AdminCandidate) -> None:
        try:
            async with self.uow.session.begin_nested():
                await self._candidates.add(candidate)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_admin_candidates_telegram_id":
                raise StillWaiting from None
            raise

    async def _ask(self, candidate: AdminCandidate) -> None:
        payload = AdminWaitingPayload(
            candidate=candidate_details(candidate), expires_at=self.until(candidate)
        )
        for admin in await self._staff.active_admins():
            key = f"{_asked_key(candidate)}:{admin}"
            self.uow.notify(Recipient.staff(admin), payload, dedup_key=key)

    async def _tell_decided(self, candidate: AdminCandidate) -> None:
        """Call off the messages that ask where they have not been sent; replace them where they have."""
        key = _asked_key(candidate)
        await self.uow.call_off(key)
        payload = AdminWaitOverPayload(candidate=candidate_details(candidate), replaces=key)
        for admin in await self._staff.active_admins():
            # The message of whoever decided has become the answer to their tap.
            if admin != self.uow.actor.id:
                over = f"admin-wait-over:{candidate.id}:{admin}"
                self.uow.notify(Recipient.staff(admin), payload, dedup_key=over)


def candidate_details(candidate: AdminCandidate) -> CandidateDetails:
    """A candidate as notification payloads hold one."""
    return CandidateDetails(
        candidate_id=candidate.id,
        telegram_id=candidate.telegram_id,
        name=candidate.name,
        username=candidate.username,
        invited_by=candidate.invited_by_name,
        state=candidate.state,
        decided_by=candidate.decided_by_name,
    )


def _asked_key(candidate: AdminCandidate) -> str:
    return f"admin-waiting:{candidate.id}"
