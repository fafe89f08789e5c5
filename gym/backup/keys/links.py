"""One-time links of admins to the page that makes the backups' pass-phrase."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import func, select

from gym.backup.errors import BackupKeyNotKept
from gym.backup.files.passphrase import BackupKey
from gym.backup.keys.draft import PassphraseDraft
from gym.backup.keys.key_store import BackupKeyStore
from gym.core.config import ConfigError
from gym.security.cipher import Cipher
from gym.security.models import LinkPurpose
from gym.security.one_time_links import IssuedLink, OneTimeLinks
from gym.security.permissions import ActorKind, Permission
from gym.security.signed_links import SignedLinks
from gym.staff.errors import NotYours, StaffDeactivated
from gym.staff.models import Staff
from gym.staff.repository import StaffRepository
from gym.staff.service import actor_of
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
LINK_LIFETIME: Final = timedelta(minutes=15)
"""From the tap in the chat to the last answer on the page."""
LOCK: Final = 0x706872617365
"""Advisory lock ("phrase"): of two admins one puts a phrase in force."""


class PassphraseLinks:
    """Issued in the chat, drawn and confirmed on the page; in wall time."""

    def __init__(self, uow: UnitOfWork, keys: BackupKeyStore) -> None:
        self.uow = uow
        self.keys = keys

    @property
    def _links(self) -> OneTimeLinks:
        return OneTimeLinks(self.uow.session, SignedLinks(self.uow.secrets.jwt))

    @property
    def _cipher(self) -> Cipher:
        return Cipher(self.uow.secrets.jwt)

    async def issue(self) -> IssuedLink:
        """For the acting admin; older ones, whoever asked for them, stop working.

        Raises `PassphraseGiven`, `PassphraseThere`.
        """
        actor, wall = self.uow.actor, self.uow.context.wall
        actor.require(Permission.CHANGE_SETTINGS)
        if actor.kind is not ActorKind.STAFF or actor.id is None:
            raise NotYours
        self.keys.require_none()
        await self._links.withdraw(wall, purpose=LinkPurpose.MAKE_PASSPHRASE)
        return await self._links.issue(
            LinkPurpose.MAKE_PASSPHRASE, wall, LINK_LIFETIME, subject_id=actor.id, created_by=actor.id
        )

    async def owner(self, token: str) -> Staff:
        """The admin a link is for; it is not used up.

        Raises the faults of a link, and those of somebody who is no admin any more.
        """
        link = await self._links.peek(token, (LinkPurpose.MAKE_PASSPHRASE,), self.uow.context.wall)
        return await self._admin(link.subject_id)

    async def draw(self, token: str) -> str:
        """A new phrase, sealed: the link is used up, and nothing is in force. Raises as `owner` does."""
        self.keys.require_none()
        link = await self._links.redeem(token, (LinkPurpose.MAKE_PASSPHRASE,), self.uow.context.wall)
        staff = await self._admin(link.subject_id)
        until = link.expires_at or self.uow.context.wall + LINK_LIFETIME
        return PassphraseDraft.new(staff.id, until).sealed(self._cipher)

    def opened(self, sealed: str) -> PassphraseDraft:
        """Raises `LinkUnknown`, `LinkExpired`."""
        return PassphraseDraft.opened(sealed, self._cipher, self.uow.context.wall)

    async def reader(self, sealed: str) -> Staff:
        """The admin who was shown a phrase. Raises as `owner` does."""
        return await self._admin(self.opened(sealed).staff_id)

    async def put_in_force(self, key: BackupKey) -> None:
        """Keep the stretched phrase, which its reader has written down; backups begin.

        Raises `PassphraseGiven`, `PassphraseThere` where somebody was faster, `BackupKeyNotKept`.
        """
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        await self.uow.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        self.keys.require_none()
        self.uow.audit("backup.passphrase_made", ("gym_state", None))
        await self.uow.flush()
        try:
            self.keys.keep(key)
        except ConfigError as error:
            log.warning("backup_key_not_kept", reason=str(error))
            raise BackupKeyNotKept from None

    async def _admin(self, staff_id: UUID | None) -> Staff:
        staff = await StaffRepository(self.uow.session).get(staff_id) if staff_id else None
        if staff is None or not staff.active:
            raise StaffDeactivated
        actor_of(staff).require(Permission.CHANGE_SETTINGS)
        return staff
