"""Rounds of the program that backs up: makes what is due, proves it weekly, lets old ones go, rings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, TypeVar
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Gauge

from gym.backup.command_copy import CommandCopy
from gym.backup.creation import BackupMaker
from gym.backup.errors import BackupError, PassphraseMissing, PassphraseWrong
from gym.backup.files.archive import OpenedBackup, header_of
from gym.backup.files.erasure_list import write_erasures
from gym.backup.files.parts import BackupFiles, backups_in
from gym.backup.files.passphrase import BackupKey
from gym.backup.journal import BackupJournal
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.models import Backup
from gym.backup.restoring.proof import BackupProof
from gym.core.config import Config, ConfigError
from gym.core.database.engine import Database
from gym.core.errors import DatabaseUnavailable
from gym.core.leader_election import LeaderElection, LeaderRole
from gym.privacy.erasure import ErasureJournal
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
Result = TypeVar("Result")
BACKUP_SECONDS: Final = Gauge("powergym_backup_seconds", "How long the last backup of this process took")
SYSTEM: Final = Actor.system()
EVERY_SECONDS: Final = 15.0
"""*Back up now* is answered within that; each round without work is two queries."""
ROLE: Final = LeaderRole(
    0x6261636B7570,  # "backup"
    retry_seconds=15.0,
    waits="waits_to_back_up",
    leads="backing_up",
    lost="backup_lead_lost",
)


class TransactionRunner(Protocol):
    """Opens a transaction around work: `Gym.run`."""

    async def __call__(self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result: ...


@dataclass(frozen=True, slots=True)
class BackupRounds:
    """One process's; a leader is elected, so of several replicas one backs up."""

    run: TransactionRunner
    database: Database
    config: Config
    keys: BackupKeyStore
    secrets: Callable[[], Secrets]
    """As they stand now: data keys are rotated while the gym runs."""
    now: Callable[[], datetime]
    """Wall time."""

    async def serve(self) -> None:
        """Until cancelled."""
        await LeaderElection(self.database, ROLE).run(self._lead)

    async def _lead(self, _: asyncpg.Connection) -> None:
        """A copy may take hours over a thin line; backups are made, proved and watched meanwhile."""
        both = [asyncio.ensure_future(_again_and_again(work)) for work in (self.round, self.copy)]
        try:
            await asyncio.gather(*both)  # no TaskGroup: the election knows a lost connection by its own type
        finally:
            for one in both:
                one.cancel()
            await asyncio.wait(both)

    async def round(self) -> None:
        """Everything that is due now; nothing where no pass-phrase was ever made."""
        try:
            key = await self.keys.key()
        except PassphraseMissing:
            return
        except ConfigError as error:
            log.warning("backup_key_unreadable", error=str(error))
            return
        await self._note_erasures(key)
        due = await self.run(SYSTEM, lambda uow: BackupJournal(uow).next_to_make())
        if due is not None:
            await self._make(due, key)
        to_prove = await self.run(SYSTEM, lambda uow: BackupJournal(uow).next_to_prove())
        if to_prove is not None:
            await self._prove(to_prove)
        await self._let_go()
        await self.run(SYSTEM, lambda uow: BackupJournal(uow).watch())

    async def _note_erasures(self, key: BackupKey) -> None:
        """Beside the backups, which still hold whoever was erased since."""
        entries = await self.run(SYSTEM, lambda uow: ErasureJournal(uow).entries())
        try:
            await asyncio.to_thread(write_erasures, self.config.backups_root, entries, key)
        except OSError as error:
            log.warning("erasures_not_noted", reason=error.strerror)

    async def _make(self, due: Backup, key: BackupKey) -> None:
        settings = await self.run(SYSTEM, _settings)
        maker = BackupMaker(self.database, self.secrets(), key, settings.name, self.config.powergym_home)
        began = time.monotonic()
        try:
            made = await maker.make(self.config.backups_root, self.now())
        except (BackupError, asyncpg.PostgresError, OSError) as error:
            code = _code(error)
            log.warning("backup_failed", code=code)
            await self.run(SYSTEM, lambda uow: BackupJournal(uow).failed(due.id, code))
            return
        BACKUP_SECONDS.set(time.monotonic() - began)
        log.info("backup_made", name=made.name, size=made.size)
        await self.run(SYSTEM, lambda uow: BackupJournal(uow).made(due.id, made))

    async def copy(self) -> None:
        """Hand the newest backup to `BACKUP_COMMAND`, where there is one that it has not taken."""
        command = CommandCopy.of(self.config)
        if command is None:
            await self.run(SYSTEM, lambda uow: BackupJournal(uow).forget_failed_copies())
            return
        due = await self.run(SYSTEM, lambda uow: BackupJournal(uow).next_to_copy())
        files = self._files(due.name) if due is not None else None
        if due is None or files is None:
            return
        key: UUID = due.id
        try:
            await command.copy(files.paths[0])
        except (BackupError, OSError) as error:
            code = _code(error)
            log.warning("backup_not_copied", code=code)
            await self.run(SYSTEM, lambda uow: BackupJournal(uow).copy_failed(key, code))
            return
        log.info("backup_copied", name=files.name)
        await self.run(SYSTEM, lambda uow: BackupJournal(uow).copied(key))

    async def _prove(self, backup: Backup) -> None:
        """Only the process that has the file and its key can; an earlier phrase only a person has."""
        files = self._files(backup.name)
        if files is None:
            return
        key_id: UUID = backup.id
        try:
            key = await self.keys.key_of((await asyncio.to_thread(header_of, files)).salt)
            if key is None:
                return
            await BackupProof(self.database, self.config.own_database).prove(OpenedBackup(files, key))
        except PassphraseWrong:
            return
        except (BackupError, asyncpg.PostgresError, OSError) as error:
            code = _code(error)
            log.warning("backup_proof_failed", code=code)
            await self.run(SYSTEM, lambda uow: BackupJournal(uow).proof_failed(key_id, code))
            return
        log.info("backup_proved", name=files.name)
        await self.run(SYSTEM, lambda uow: BackupJournal(uow).proved(key_id))

    def _files(self, name: str | None) -> BackupFiles | None:
        path = self.config.backups_root / name if name else None
        return BackupFiles(path.name, [path]) if path is not None and path.exists() else None

    async def _let_go(self) -> None:
        there = [path.name for path in await asyncio.to_thread(backups_in, self.config.backups_root)]
        names = await self.run(SYSTEM, lambda uow: BackupJournal(uow).let_go(there))
        await asyncio.to_thread(_unlink, self.config.backups_root, names)


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except DatabaseUnavailable:
            log.info("backups_wait_for_database")
        await asyncio.sleep(EVERY_SECONDS)


async def _settings(uow: UnitOfWork) -> GymSettings:
    return uow.settings


def _code(error: Exception) -> str:
    return error.code if isinstance(error, BackupError) else type(error).__name__


def _unlink(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
