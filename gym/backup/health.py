"""How backups stand: which is the last good one, whether it is too old, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.backup.models import Backup, BackupState

TOO_OLD: Final = timedelta(hours=36)
"""One night may fail and be made up for; the second one in a row rings."""
PROOF_EVERY: Final = timedelta(days=7)
PROOF_TOO_OLD: Final = timedelta(days=10)
EXISTED: Final = (BackupState.MADE, BackupState.GONE)


class BackupTrouble(StrEnum):
    """What an admin has to look at."""

    NONE_YET = "none_yet"
    TOO_OLD = "too_old"
    FAILED = "failed"
    COPY_FAILED = "copy_failed"
    """`BACKUP_COMMAND` did not take the newest."""
    NOT_SENT = "not_sent"
    PROOF_FAILED = "proof_failed"


@dataclass(frozen=True, slots=True)
class BackupHealth:
    """In wall time."""

    last: Backup | None
    """The newest that was made."""
    last_sent_at: datetime | None
    last_copied_at: datetime | None
    last_proof: Backup | None
    """The newest that was proved, or whose proof failed."""
    failure: Backup | None
    """The last try, where it failed."""
    trouble: BackupTrouble | None


class BackupHealthReader:
    """On a plain session; for the screen, the doctor and the alarm."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def read(self, wall: datetime, *, to_chat: bool) -> BackupHealth:
        """`to_chat`: whether backups are sent to a chat, so that one that was not is a trouble."""
        last = await self.session.scalar(
            select(Backup).where(Backup.state.in_(EXISTED)).order_by(Backup.made_at.desc()).limit(1)
        )
        tried = await self.session.scalar(
            select(Backup).where(Backup.state != BackupState.ASKED).order_by(Backup.asked_at.desc()).limit(1)
        )
        sent_at = await self.session.scalar(
            select(Backup.sent_at).where(Backup.sent_at.is_not(None)).order_by(Backup.sent_at.desc()).limit(1)
        )
        copied_at = await self.session.scalar(select(func.max(Backup.copied_at)))
        proof = await self._last_proof()
        failure = tried if tried is not None and tried.state is BackupState.FAILED else None
        trouble = _trouble(last, failure, proof, sent_at if to_chat else wall, wall)
        return BackupHealth(last, sent_at, copied_at, proof, failure, trouble)

    async def _last_proof(self) -> Backup | None:
        tried = Backup.proved_at.is_not(None) | Backup.proof_failed_at.is_not(None)
        return await self.session.scalar(select(Backup).where(tried).order_by(Backup.made_at.desc()).limit(1))


def has_failed(proof: Backup) -> bool:
    """Whether the last proof of a backup failed."""
    failed, proved = proof.proof_failed_at, proof.proved_at
    return failed is not None and (proved is None or failed > proved)


def copy_has_failed(backup: Backup) -> bool:
    """Whether the command did not take a backup when it was last tried."""
    return backup.copied_at is None and backup.copy_failed_at is not None


def _trouble(
    last: Backup | None,
    failure: Backup | None,
    proof: Backup | None,
    sent_at: datetime | None,
    wall: datetime,
) -> BackupTrouble | None:
    """The gravest."""
    if proof is not None and has_failed(proof):
        return BackupTrouble.PROOF_FAILED
    if last is None or last.made_at is None:
        return BackupTrouble.FAILED if failure else BackupTrouble.NONE_YET
    if wall - last.made_at > TOO_OLD:
        return BackupTrouble.FAILED if failure else BackupTrouble.TOO_OLD
    # Before the copy: that one rings when it fails and has a line of its own wherever this one is shown.
    if wall - last.made_at > timedelta(hours=12) and (sent_at is None or wall - sent_at > TOO_OLD):
        return BackupTrouble.NOT_SENT
    return BackupTrouble.COPY_FAILED if copy_has_failed(last) else None
