"""Delivery of backups to an admin's chat: which goes next, which parts are there, which must be emptied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from gym.backup.chats.chat_backups import ChatBackups
from gym.backup.files.manifest import BackupManifest, ManifestPart
from gym.backup.models import Backup, BackupPart, BackupState
from gym.backup.service import BackupService
from gym.privacy.erasure import ErasureJournal
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

YOUNG: Final = timedelta(days=3)
"""An older backup that never left is overtaken by newer ones."""


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that has reached the chat."""

    number: int
    size: int
    sha256: str
    message_id: int
    file_id: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A backup on its way."""

    backup: Backup
    chat_id: int
    language: str
    there: frozenset[int]
    """Numbers of the parts that are in this chat already."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What a backup has left in a chat."""

    backup: Backup
    messages: Sequence[int]
    language: str


def digest_of(manifest: BackupManifest) -> str:
    """Of what it says, without its seal."""
    return sha256(manifest.model_copy(update={"seal": "", "salt": None}).text()).hexdigest()


class BackupDelivery:
    """For the program that sends."""

    def __init__(self, uow: UnitOfWork) -> None:
        uow.actor.require(Permission.RUN_JOBS)
        self.uow = uow
        self.session = uow.session

    async def next_to_send(self) -> Parcel | None:
        """The newest backup, unless it is there already, is to stay at home, or nobody can receive it."""
        if not self.uow.settings.backup_to_chat:
            return None
        newest = await self.session.scalar(
            select(Backup).where(Backup.state == BackupState.MADE).order_by(Backup.made_at.desc()).limit(1)
        )
        receiver = await BackupService(self.uow).receiver()
        if newest is None or newest.sent_at is not None or newest.made_at is None or receiver is None:
            return None
        if self.uow.context.wall - newest.made_at > YOUNG or receiver.telegram_id is None:
            return None
        if newest.chat_id != receiver.telegram_id:
            await self.session.execute(delete(BackupPart).where(BackupPart.backup_id == newest.id))
            newest.chat_id = receiver.telegram_id
        there = await self.session.scalars(select(BackupPart.number).where(BackupPart.backup_id == newest.id))
        return Parcel(newest, receiver.telegram_id, receiver.language, frozenset(there))

    async def part_sent(self, parcel: Parcel, part: SentPart) -> None:
        self.session.add(
            BackupPart(
                backup_id=parcel.backup.id,
                number=part.number,
                size=part.size,
                sha256=part.sha256,
                chat_id=parcel.chat_id,
                message_id=part.message_id,
                file_id=part.file_id,
            )
        )
        await self.session.flush()

    async def manifest(self, backup_id: UUID) -> BackupManifest:
        """As it should read now, still without its seal."""
        backup = await self.session.get_one(Backup, backup_id)
        assert backup.name is not None
        assert backup.made_at is not None
        rows = await self.session.scalars(
            select(BackupPart).where(BackupPart.backup_id == backup_id).order_by(BackupPart.number)
        )
        parts = [ManifestPart.model_validate(row, from_attributes=True) for row in rows]
        return BackupManifest(
            name=backup.name,
            made_at=backup.made_at,
            size=backup.size or 0,
            sha256=backup.sha256 or "",
            parts=parts,
            erased=await ErasureJournal(self.uow).entries(),
            in_chats=await ChatBackups(self.session).standing(own=backup_id),
            trail_number=backup.trail_number,
            trail_head=backup.trail_head,
        )

    async def stale_manifest(self) -> tuple[Backup, BackupManifest] | None:
        """The pinned manifest that says less than is known: somebody was erased since."""
        backup = await self.session.scalar(
            select(Backup)
            .where(Backup.state == BackupState.MADE, Backup.manifest_id.is_not(None))
            .order_by(Backup.made_at.desc())
            .limit(1)
        )
        if backup is None:
            return None
        manifest = await self.manifest(backup.id)
        return None if digest_of(manifest) == backup.manifest_digest else (backup, manifest)

    async def corrected(self, backup_id: UUID, digest: str) -> None:
        (await self.session.get_one(Backup, backup_id)).manifest_digest = digest

    async def sent(self, backup_id: UUID, manifest_id: int, digest: str) -> None:
        backup = await self.session.get_one(Backup, backup_id)
        backup.manifest_id, backup.manifest_digest = manifest_id, digest
        backup.sent_at = self.uow.context.wall
        self.uow.audit("backup.sent", backup, None, {"name": backup.name})

    async def knows(self, chat_id: int, manifest_id: int) -> bool:
        """Whether a pinned message is the manifest of a backup that is known here."""
        return await ChatBackups(self.session).has(chat_id, manifest_id)

    async def take_over(self, manifest: BackupManifest, manifest_id: int) -> int:
        """Keep the time of backups that a gym before this restored one has sent; how many those are."""
        return await ChatBackups(self.session).take_over(manifest, manifest_id)

    async def next_to_expire(self) -> Remains | None:
        """A backup whose time is over and whose parts still stand in a chat."""
        backup = await self.session.scalar(
            select(Backup)
            .where(Backup.state == BackupState.GONE, Backup.expired_at.is_(None), Backup.chat_id.is_not(None))
            .order_by(Backup.made_at)
            .limit(1)
        )
        if backup is None:
            return None
        rows = await self.session.scalars(
            select(BackupPart.message_id).where(BackupPart.backup_id == backup.id).order_by(BackupPart.number)
        )
        messages = [*rows, *([backup.manifest_id] if backup.manifest_id is not None else [])]
        return Remains(backup, messages, self.uow.settings.language)

    async def expired(self, backup_id: UUID) -> None:
        backup = await self.session.get_one(Backup, backup_id)
        backup.expired_at = self.uow.context.wall
        await self.session.execute(delete(BackupPart).where(BackupPart.backup_id == backup_id))
