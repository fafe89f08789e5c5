"""The team: who works here and in which role; and by name passwords and settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.core.database.repository import Page
from gym.core.language import LANGUAGES, nearest_language
from gym.core.text import one_line
from gym.security.models import LinkPurpose, OneTimeLink
from gym.security.one_time_links import IssuedLink, OneTimeLinks
from gym.security.permissions import Actor, Permission, Role
from gym.security.sessions import revoke_all
from gym.security.signed_links import SignedLinks
from gym.staff.candidates import CandidateService, Newcomer, join
from gym.staff.errors import (
    AlreadyClaimed,
    LanguageUnknown,
    LastAdmin,
    NameUnfit,
    StaffDeactivated,
    TelegramTaken,
)
from gym.staff.models import AdminCandidate, Staff
from gym.staff.password_links import PasswordLinks
from gym.staff.repository import StaffRepository
from gym.staff.setting_changes import SettingChanges
from gym.unit_of_work import UnitOfWork

INVITATION_LIFETIME: Final = timedelta(hours=24)
ENTRANCES: Final = (LinkPurpose.CLAIM_GYM, LinkPurpose.INVITE_STAFF)


def parse_staff_name(text: str) -> str:
    """Raises `NameUnfit`."""
    name = one_line(text)
    if not 2 <= len(name) <= 80:
        raise NameUnfit
    return name


def actor_of(staff: Staff) -> Actor:
    """The actor that a staff row stands for."""
    return Actor.staff(staff.id, staff.name, staff.role, staff.language)


class StaffService:
    """Invitations, roles and deactivation; the gym keeps at least one active admin, always.

    Passwords and settings are services of their own, and their operations are called by this one's name.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

        passwords = PasswordLinks(uow)
        self.password_link, self.password_owner = passwords.password_link, passwords.password_owner
        self.set_password = passwords.set_password
        self.change_settings = SettingChanges(uow).change_settings

    @property
    def _staff(self) -> StaffRepository:
        return StaffRepository(self.uow.session)

    @property
    def _links(self) -> OneTimeLinks:
        return OneTimeLinks(self.uow.session, SignedLinks(self.uow.secrets.jwt))

    async def claim_link(self) -> IssuedLink:
        """The link that makes its opener the first admin; older ones stop working.

        Raises `AlreadyClaimed` once there is an admin.
        """
        self.uow.actor.require(Permission.MANAGE_STAFF)
        await self._staff.lock_claim()
        if await self._staff.has_admin():
            raise AlreadyClaimed
        wall = self.uow.context.wall
        await self._links.withdraw(wall, purpose=LinkPurpose.CLAIM_GYM)
        return await self._links.issue(LinkPurpose.CLAIM_GYM, wall, None, role=Role.ADMIN)

    async def invite(self, role: Role) -> IssuedLink:
        """A link for one colleague, good for 24 hours; a new admin is confirmed by an admin after that."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        self.uow.audit("staff.invited", ("staff", None), after={"role": role})
        return await self._links.issue(
            LinkPurpose.INVITE_STAFF,
            self.uow.context.wall,
            INVITATION_LIFETIME,
            role=role,
            created_by=self.uow.actor.id,
        )

    async def accept(
        self,
        token: str,
        telegram_id: int,
        name: str,
        language: str | None = None,
        username: str | None = None,
    ) -> Staff | AdminCandidate:
        """Join the team by a claim link or an invitation; a repeated update joins once.

        Who was invited as an admin waits as a candidate while there is an admin who can confirm them.

        Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`, `AlreadyClaimed`, `TelegramTaken`, `StillWaiting` and
        `NotConfirmed`.
        """
        before = await self._accepted_before(token, telegram_id)
        if before is not None:
            return before
        link = await self._links.redeem(token, ENTRANCES, self.uow.context.wall)
        await self._require_unclaimed(link)
        await self._require_stranger(telegram_id)
        newcomer = Newcomer(
            telegram_id,
            " ".join(name.split())[:160] or str(telegram_id),
            nearest_language(language, self.uow.settings.language),
            username[:40] if username else None,
        )
        joined = await self._let_in(newcomer, link)
        link.subject_id = joined.id
        return joined

    async def by_telegram(self, telegram_id: int) -> Staff | None:
        """The active colleague behind a Telegram account."""
        staff = await self._staff.by_telegram(telegram_id)
        return staff if staff is not None and staff.active else None

    async def get(self, staff_id: UUID) -> Staff:
        """Raises `StaffNotFound`."""
        if self.uow.actor.id != staff_id:
            self.uow.actor.require(Permission.MANAGE_STAFF)
        return await self._staff.require(staff_id)

    async def page(self, number: int = 0) -> Page[Staff]:
        self.uow.actor.require(Permission.MANAGE_STAFF)
        return await self._staff.team(number)

    async def change_role(self, staff_id: UUID, role: Role) -> Staff:
        """Tokens issued for the old role stop working at once. Raises `StaffNotFound`, `LastAdmin`."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        lowers = role is not Role.ADMIN
        staff = await (self._lock_dispensable(staff_id) if lowers else self._staff.lock(staff_id))
        if staff.role is role:
            return staff
        staff.role = role
        self.uow.audit_changes("staff.role_changed", staff)
        await self._take_away_access(staff)
        return staff

    async def deactivate(self, staff_id: UUID) -> Staff:
        """Works at once: on the next tap and on tokens and links already issued.

        Raises `StaffNotFound`, `LastAdmin`.
        """
        self.uow.actor.require(Permission.MANAGE_STAFF)
        staff = await self._lock_dispensable(staff_id)
        if not staff.active:
            return staff
        staff.active = False
        self.uow.audit_changes("staff.deactivated", staff)
        await self._take_away_access(staff)
        return staff

    async def reactivate(self, staff_id: UUID) -> Staff:
        self.uow.actor.require(Permission.MANAGE_STAFF)
        staff = await self._staff.lock(staff_id)
        staff.active = True
        self.uow.audit_changes("staff.reactivated", staff)
        return staff

    async def set_language(self, staff_id: UUID, language: str) -> Staff:
        """Raises `LanguageUnknown`, `StaffNotFound`."""
        if self.uow.actor.id != staff_id:
            self.uow.actor.require(Permission.MANAGE_STAFF)
        if language not in LANGUAGES:
            raise LanguageUnknown(LANGUAGES)
        staff = await self._staff.lock(staff_id)
        staff.language = language
        self.uow.audit_changes("staff.language_changed", staff)
        return staff

    async def rename(self, staff_id: UUID, name: str) -> Staff:
        """Everybody names themselves; an admin anybody. Raises `NameUnfit`, `StaffNotFound`."""
        if self.uow.actor.id != staff_id:
            self.uow.actor.require(Permission.MANAGE_STAFF)
        staff = await self._staff.lock(staff_id)
        staff.name = parse_staff_name(name)
        self.uow.audit_changes("staff.renamed", staff)
        return staff

    async def _accepted_before(self, token: str, telegram_id: int) -> Staff | AdminCandidate | None:
        link = await self._links.find(token, ENTRANCES)
        if link is None or link.used_at is None or link.subject_id is None:
            return None
        staff = await self._staff.get(link.subject_id)
        if staff is None:
            return await CandidateService(self.uow).opened_again(link.subject_id, telegram_id)
        return staff if staff.active and staff.telegram_id == telegram_id else None

    async def _let_in(self, newcomer: Newcomer, link: OneTimeLink) -> Staff | AdminCandidate:
        role = Role(link.role or Role.EMPLOYEE)
        if link.purpose is LinkPurpose.INVITE_STAFF and role is Role.ADMIN:
            await self._staff.lock_claim()
            if await self._staff.has_admin():
                return await CandidateService(self.uow).add(newcomer, link.created_by)
        return await join(self.uow, newcomer, role)

    async def _require_unclaimed(self, link: OneTimeLink) -> None:
        if link.purpose is not LinkPurpose.CLAIM_GYM:
            return
        await self._staff.lock_claim()
        if await self._staff.has_admin():
            raise AlreadyClaimed

    async def _require_stranger(self, telegram_id: int) -> None:
        known = await self._staff.by_telegram(telegram_id)
        if known is not None:
            raise TelegramTaken if known.active else StaffDeactivated
        await CandidateService(self.uow).require_not_waiting(telegram_id)

    async def _lock_dispensable(self, staff_id: UUID) -> Staff:
        """Somebody without whom there is an admin still. Raises `StaffNotFound`, `LastAdmin`."""
        staff, admins = await self._staff.lock_beside_admins(staff_id)
        if admins == [staff]:
            raise LastAdmin
        return staff

    async def _take_away_access(self, staff: Staff) -> None:
        staff.token_generation += 1
        await revoke_all(self.uow.session, staff.id, self.uow.context.wall)
        await self._links.withdraw(self.uow.context.wall, created_by=staff.id)
