"""The journal of backups, for the program that makes them: what is due, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from gym.backup.creation import MadeBackup
from gym.backup.health import EXISTED, PROOF_EVERY, BackupHealthReader, BackupTrouble, has_failed
from gym.backup.keeping import BackupAge, overdue_files, superfluous
from gym.backup.models import Backup, BackupReason, BackupState
from gym.core.clock import day_start
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.operations import BackupAlarmPayload
from gym.security.permissions import Permission
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork

AGAIN_AFTER: Final = timedelta(minutes=30)
"""How long after a failure the night's backup is tried again."""
PROOF_AGAIN_AFTER: Final = timedelta(days=1)
LONGEST_ERROR: Final = 200


class BackupJournal:
    """For the gym itself."""

    def __init__(self, uow: UnitOfWork) -> None:
        uow.actor.require(Permission.RUN_JOBS)
        self.uow = uow
        self.session = uow.session
        self.wall = uow.context.wall

    async def next_to_make(self) -> Backup | None:
        """What somebody asked for, else tonight's when its hour has come. A killed program finds it again."""
        asked = await self.session.scalar(
            select(Backup).where(Backup.state == BackupState.ASKED).order_by(Backup.asked_at).limit(1)
        )
        if asked is not None or not await self._night_is_due():
            return asked
        night = Backup(reason=BackupReason.NIGHTLY, asked_at=self.wall)
        self.session.add(night)
        await self.session.flush()
        return night

    async def made(self, key: UUID, made: MadeBackup) -> None:
        row = await self.session.get_one(Backup, key)
        row.state, row.made_at, row.error = BackupState.MADE, made.made_at, None
        row.name, row.size, row.sha256 = made.name, made.size, made.sha256
        if made.facts.trail is not None:
            row.trail_number, row.trail_head = made.facts.trail.number, made.facts.trail.head
        self.uow.audit("backup.made", row, None, {"name": made.name, "size": made.size})

    async def noted(self, made: MadeBackup) -> UUID:
        """One that an operator made by command; its id."""
        row = Backup(reason=BackupReason.ASKED, asked_at=self.wall)
        self.session.add(row)
        await self.session.flush()
        await self.made(row.id, made)
        return row.id

    async def failed(self, key: UUID, code: str) -> None:
        row = await self.session.get_one(Backup, key)
        row.state, row.error = BackupState.FAILED, code[:LONGEST_ERROR]
        await self.ring(BackupTrouble.FAILED, code)

    # Copies by command

    async def next_to_copy(self) -> Backup | None:
        """The newest backup, where the command has not taken it: half an hour after it failed it is tried
        again."""
        newest = await self.session.scalar(
            select(Backup).where(Backup.state == BackupState.MADE).order_by(Backup.made_at.desc()).limit(1)
        )
        if newest is None or newest.copied_at is not None:
            return None
        failed = newest.copy_failed_at
        return newest if failed is None or self.wall >= failed + AGAIN_AFTER else None

    async def copied(self, key: UUID) -> None:
        row = await self.session.get_one(Backup, key)
        row.copied_at, row.copy_error = self.wall, None
        self.uow.audit("backup.copied", row, None, {"name": row.name})

    async def copy_failed(self, key: UUID, code: str) -> None:
        row = await self.session.get_one(Backup, key)
        row.copy_failed_at, row.copy_error = self.wall, code[:LONGEST_ERROR]
        await self.ring(BackupTrouble.COPY_FAILED, code)

    async def forget_failed_copies(self) -> None:
        """Where copies are no longer asked for, none is missing."""
        failed = Backup.copied_at.is_(None) & Backup.copy_failed_at.is_not(None)
        await self.session.execute(
            update(Backup).where(failed).values({Backup.copy_failed_at: None, Backup.copy_error: None})
        )

    # Proofs

    async def next_to_prove(self) -> Backup | None:
        """The newest backup, when the last proof is a week old or failed a day ago."""
        newest = await self.session.scalar(
            select(Backup).where(Backup.state == BackupState.MADE).order_by(Backup.made_at.desc()).limit(1)
        )
        last = (await BackupHealthReader(self.session).read(self.wall, to_chat=False)).last_proof
        if newest is None or last is None:
            return newest
        if has_failed(last):
            assert last.proof_failed_at is not None
            due = last.proof_failed_at + PROOF_AGAIN_AFTER
        else:
            assert last.proved_at is not None
            due = last.proved_at + PROOF_EVERY
        return newest if self.wall >= due else None

    async def proved(self, key: UUID) -> None:
        row = await self.session.get_one(Backup, key)
        row.proved_at, row.proof_error = self.wall, None
        self.uow.audit("backup.proved", row, None, {"name": row.name})

    async def proof_failed(self, key: UUID, code: str) -> None:
        row = await self.session.get_one(Backup, key)
        row.proof_failed_at, row.proof_error = self.wall, code[:LONGEST_ERROR]
        self.uow.audit("backup.proof_failed", row, None, {"name": row.name, "code": code})
        await self.ring(BackupTrouble.PROOF_FAILED, code)

    # Keeping

    async def let_go(self, names: Sequence[str]) -> Sequence[str]:
        """Mark what is kept no longer; the names of all files that may lie there no more.

        `names` are of the files that do.
        """
        rows = await self.session.scalars(select(Backup).where(Backup.state == BackupState.MADE))
        made = {row.id: row for row in rows}
        ages = [BackupAge(row.id, row.made_at) for row in made.values() if row.made_at is not None]
        settings = self.uow.settings
        for key in superfluous(ages, self.wall, settings.zone, settings.backup_days):
            made[key].state = BackupState.GONE
        await self.session.flush()
        gone = select(Backup.name).where(Backup.state == BackupState.GONE, Backup.name.is_not(None))
        over = [name for name in await self.session.scalars(gone) if name is not None]
        kept = {row.name for row in made.values() if row.name is not None} - set(over)
        return [*over, *overdue_files(names, kept, self.wall, settings.backup_days)]

    # Alarms

    async def watch(self) -> BackupTrouble | None:
        """Ring when the last good backup is too old or never reached the chat."""
        found = await BackupHealthReader(self.session).read(
            self.wall, to_chat=self.uow.settings.backup_to_chat
        )
        trouble = found.trouble
        if trouble is BackupTrouble.TOO_OLD or trouble is BackupTrouble.NOT_SENT:
            await self.ring(trouble, None, found.last.made_at if found.last else None)
        return trouble

    async def ring(self, trouble: BackupTrouble, code: str | None, since: datetime | None = None) -> None:
        """Tell every admin, once a day for each trouble."""
        payload = BackupAlarmPayload(trouble=trouble.value, error=code, since=since)
        for admin in await StaffRepository(self.session).active_admins():
            key = f"backup_alarm:{trouble}:{self.uow.today.isoformat()}:{admin}"
            self.uow.notify(Recipient.staff(admin), payload, dedup_key=key)

    async def _night_is_due(self) -> bool:
        """By wall time: a sandbox whose clock jumps makes no backup for each day."""
        settings = self.uow.settings
        today = self.wall.astimezone(settings.zone).date()
        slot = day_start(today, settings.zone) + _since_midnight(settings.backup_at)
        if slot > self.wall:
            slot -= timedelta(days=1)
        done = select(Backup.id).where(Backup.state.in_(EXISTED), Backup.made_at >= slot).limit(1)
        failed = select(Backup.id).where(
            Backup.state == BackupState.FAILED, Backup.asked_at > self.wall - AGAIN_AFTER
        )
        return await self.session.scalar(done) is None and await self.session.scalar(failed.limit(1)) is None


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
