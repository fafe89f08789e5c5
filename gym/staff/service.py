"""Staff joining, changing and leaving; the gym's settings, which only an admin changes."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from gym.core.database import violated_constraint
from gym.core.errors import Conflict, Invalid
from gym.core.language import LANGUAGES, N_, nearest_language
from gym.core.payload import encode
from gym.core.repository import Page
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import DESK
from gym.security.links import Links
from gym.security.models import LinkPurpose, OneTimeLink
from gym.security.one_time import IssuedLink, OneTimeLinks
from gym.security.permissions import Actor, Permission, Role
from gym.settings.models import GymState
from gym.settings.schemas import GymSettings
from gym.staff.models import Staff
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork


class AlreadyClaimed(Conflict):
    code = "already_claimed"
    message = N_("This gym has an admin already. Ask them for an invitation.")


class LastAdmin(Conflict):
    code = "last_admin"
    message = N_("This is the last admin. Make somebody else an admin first.")


class TelegramTaken(Conflict):
    code = "telegram_taken"
    message = N_("This Telegram account belongs to somebody who works here already.")


class SettingInvalid(Invalid):
    code = "setting_invalid"
    message = N_("That value does not fit the setting {setting}. Choose another one.")

    def __init__(self, setting: str) -> None:
        super().__init__(setting=setting)


def actor_of(staff: Staff) -> Actor:
    """The actor that a staff member is."""
    return Actor.staff(staff.id, staff.name, staff.role, staff.language)


class StaffService:
    """Joining needs a link; everything else an admin. The last active admin always stays."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._staff = StaffRepository(uow.session)
        self._links = OneTimeLinks(uow.session, Links(uow.secrets.jwt), uow.context.wall)

    async def claim_link(self) -> IssuedLink | None:
        """The set-up link with which the first admin claims the gym; earlier ones end. None once claimed."""
        if await self._staff.has_admin():
            return None
        await self._links.withdraw(LinkPurpose.CLAIM_GYM)
        return await self._links.issue(LinkPurpose.CLAIM_GYM, created_by=None, role=Role.ADMIN, lifetime=None)

    async def invite(self, role: Role) -> IssuedLink:
        """A link for a new member of staff, good for 24 hours."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        issued = await self._links.issue(
            LinkPurpose.INVITE_STAFF, created_by=self.uow.actor.id, role=role.value
        )
        self.uow.audit("staff.invited", ("staff", None), None, {"role": role})
        return issued

    async def accept(self, token: str, telegram_id: int, name: str, language: str) -> Staff:
        """Join by a set-up link or an invitation; somebody who left and is invited again is back.

        Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`, `AlreadyClaimed`, `TelegramTaken`.
        """
        link = await self._links.redeem(token, LinkPurpose.CLAIM_GYM, LinkPurpose.INVITE_STAFF)
        if link.purpose is LinkPurpose.CLAIM_GYM and await self._staff.has_admin():
            raise AlreadyClaimed
        row = await self._join(link, telegram_id, name, nearest_language(language))
        self.uow.audit("staff.joined", row, None, {"name": row.name, "role": row.role})
        self.uow.notify(DESK, NotificationKind.DESK_NEW_STAFF, {"name": row.name, "role": row.role})
        return row

    async def _join(self, link: OneTimeLink, telegram_id: int, name: str, language: str) -> Staff:
        known = await self._staff.by_telegram(telegram_id)
        role = Role(link.role or Role.EMPLOYEE)
        if known is not None:
            if known.active:
                raise TelegramTaken
            known.active, known.role = True, role
            return known
        row = Staff(
            name=name[:160], role=role, telegram_id=telegram_id, language=language, created_at=self.uow.now
        )
        try:
            async with self.uow.session.begin_nested():
                return await self._staff.add(row)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_staff_telegram_id":
                raise TelegramTaken from None
            raise

    async def by_telegram(self, telegram_id: int) -> Staff | None:
        """The active member of staff behind a Telegram account."""
        found = await self._staff.by_telegram(telegram_id)
        return found if found and found.active else None

    async def get(self, staff_id: UUID) -> Staff:
        return await self._staff.require(staff_id)

    async def page(self, number: int = 0) -> Page[Staff]:
        """Everybody, those who work here first."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        return await self._staff.page_by_name(number)

    async def change_role(self, staff_id: UUID, role: Role) -> Staff:
        """Raises `LastAdmin`. Tokens issued before end at once."""
        row = await self._lock(staff_id, leaves_admins=role is not Role.ADMIN)
        row.role = role
        return self._changed(row, "staff.role_changed")

    async def deactivate(self, staff_id: UUID) -> Staff:
        """Ends access on the next tap and every token already issued. Raises `LastAdmin`."""
        row = await self._lock(staff_id, leaves_admins=True)
        row.active = False
        return self._changed(row, "staff.deactivated")

    async def reactivate(self, staff_id: UUID) -> Staff:
        row = await self._lock(staff_id, leaves_admins=False)
        row.active = True
        return self._changed(row, "staff.reactivated")

    async def set_language(self, staff_id: UUID, language: str) -> Staff:
        """Their own language; nobody else's."""
        if staff_id != self.uow.actor.id:
            self.uow.actor.require(Permission.MANAGE_STAFF)
        if language not in LANGUAGES:
            raise SettingInvalid("language")
        row = await self._staff.lock(staff_id)
        row.language = language
        return row

    async def learn_bot_username(self, username: str) -> None:
        """Remember what Telegram calls the bot, so that deep links can be made."""
        if self.uow.settings.bot_username != username:
            await self._store({"bot_username": username})

    async def change_settings(self, changes: Mapping[str, object]) -> GymSettings:
        """Change the gym's settings, effective at once. Raises `SettingInvalid`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        before = self.uow.settings
        after = _validated(before, changes)
        await self._store({name: after.model_dump(mode="json")[name] for name in changes})
        self.uow.audit(
            "settings.changed",
            ("settings", None),
            {name: encode(getattr(before, name)) for name in changes},
            {name: encode(getattr(after, name)) for name in changes},
        )
        return after

    async def _store(self, changes: Mapping[str, object]) -> None:
        merged = GymState.settings.op("||")(changes)
        await self.uow.session.execute(update(GymState).values(settings=merged))

    async def _lock(self, staff_id: UUID, *, leaves_admins: bool) -> Staff:
        self.uow.actor.require(Permission.MANAGE_STAFF)
        admins = await self._staff.lock_admins()
        row = await self._staff.lock(staff_id)
        if leaves_admins and [admin.id for admin in admins] == [row.id]:
            raise LastAdmin
        return row

    def _changed(self, row: Staff, action: str) -> Staff:
        row.token_generation += 1
        self.uow.audit_changes(action, row)
        return row


def _validated(before: GymSettings, changes: Mapping[str, object]) -> GymSettings:
    unknown = next((name for name in changes if name not in GymSettings.model_fields), None)
    if unknown is not None:
        raise SettingInvalid(unknown)
    try:
        return GymSettings.model_validate(before.model_dump() | dict(changes))
    except ValidationError as error:
        location = error.errors()[0]["loc"]
        raise SettingInvalid(str(location[0]) if location else "") from None
