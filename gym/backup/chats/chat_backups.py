"""Backups that stand in chats: told in the pinned manifest, taken over from it by a gym that was restored.

The rows of a restored gym end where its backup begins. What was sent after that stands in a chat all the
same, with whoever was erased since in it, and no row would say that its time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.backup.files.manifest import BackupManifest, ChatBackup, ChatPart
from gym.backup.models import Backup, BackupPart, BackupReason, BackupState


class ChatBackups:
    """On a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def standing(self, *, own: UUID) -> Sequence[ChatBackup]:
        """Those that are not emptied, the oldest first, for the manifest of `own`."""
        stands = Backup.chat_id.is_not(None), Backup.expired_at.is_(None), Backup.made_at.is_not(None)
        backups = (await self.session.scalars(select(Backup).where(*stands).order_by(Backup.made_at))).all()
        parts = select(BackupPart).where(BackupPart.backup_id.in_([one.id for one in backups]))
        rows = (await self.session.scalars(parts.order_by(BackupPart.number))).all()
        return [
            _told(
                one,
                None if one.id == own else one.manifest_id,
                [row for row in rows if row.backup_id == one.id],
            )
            for one in backups
        ]

    async def has(self, chat_id: int, manifest_id: int) -> bool:
        """Whether that message is a manifest of one of these rows."""
        known = select(Backup.id).where(Backup.chat_id == chat_id, Backup.manifest_id == manifest_id)
        return await self.session.scalar(known.limit(1)) is not None

    async def take_over(self, manifest: BackupManifest, manifest_id: int) -> int:
        """Note what a pinned manifest tells and no row knows; how many backups that were.

        `manifest_id` is the pinned message. The caller has verified the manifest's seal.
        """
        taken = 0
        for told in manifest.in_chats or ():
            row = await self.session.scalar(select(Backup).where(Backup.name == told.name))
            if row is not None and row.chat_id is not None:
                continue
            taken += 1
            own = manifest_id if told.name == manifest.name else told.manifest_id
            await self._note(row or _row_of(told), told, own)
        return taken

    async def _note(self, row: Backup, told: ChatBackup, manifest_id: int | None) -> None:
        row.chat_id, row.manifest_id, row.sent_at = told.chat_id, manifest_id, told.made_at
        self.session.add(row)
        await self.session.flush()
        for part in told.parts:
            values = part.model_dump()
            self.session.add(BackupPart(backup_id=row.id, chat_id=told.chat_id, **values))
        await self.session.flush()


def _told(backup: Backup, manifest_id: int | None, parts: Sequence[BackupPart]) -> ChatBackup:
    assert backup.name is not None
    assert backup.made_at is not None
    assert backup.chat_id is not None
    return ChatBackup(
        name=backup.name,
        made_at=backup.made_at,
        size=backup.size or 0,
        sha256=backup.sha256 or "",
        chat_id=backup.chat_id,
        manifest_id=manifest_id,
        parts=[ChatPart.model_validate(one, from_attributes=True) for one in parts],
    )


def _row_of(told: ChatBackup) -> Backup:
    return Backup(
        reason=BackupReason.NIGHTLY,
        state=BackupState.MADE,
        asked_at=told.made_at,
        made_at=told.made_at,
        name=told.name,
        size=told.size,
        sha256=told.sha256,
    )
