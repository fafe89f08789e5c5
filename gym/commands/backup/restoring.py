"""`python -m gym restore`: a backup into a database beside the gym's, checked, then put in its place."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import typer

from gym.app import Gym
from gym.backup.errors import ChatNotRead, GymThere
from gym.backup.files.archive import OpenedBackup, Preface
from gym.backup.files.erasure_list import erasures_in
from gym.backup.files.manifest import BackupManifest
from gym.backup.files.parts import MANIFEST_ENDING, BackupFiles, files_at
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.restoring.restoration import Restoration
from gym.backup.restoring.settling import Settled, settle
from gym.backup.restoring.side_databases import RESTORING, SideDatabases
from gym.backup.restoring.trail_check import trail_at
from gym.commands.backup.asking import asked_passphrase
from gym.commands.backup.brought_keys import keep_keys, keys_of
from gym.commands.backup.restore_report import Restored, report
from gym.core.clock import SystemClock
from gym.core.config import Config
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import upgrade
from gym.core.postgres import EmbeddedPostgres
from gym.jobs.runner import catch_up
from gym.privacy.erasure import ErasureJournal
from gym.privacy.schemas import JournalEntry
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor
from gym.security.tls.certificate_folder import CertificateFolder

FETCHED = "from-chat-"
_HAS_ERASURES = "SELECT to_regclass('public.erasures') IS NOT NULL"
_ERASURES = "SELECT client_id, by_client, asked_at, due_at, done_at FROM erasures WHERE canceled_at IS NULL"
_IS_GYM = "SELECT to_regclass('public.alembic_version') IS NOT NULL"


@dataclass(frozen=True, slots=True)
class RestoreOrder:
    """What the operator asked for."""

    paths: Sequence[Path]
    replace: bool
    as_json: bool
    from_chat: bool = False
    """Fetched out of the admin's chat first; then `paths` is not looked at."""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What goes in, the keys it is opened with, and who must not come back."""

    restoration: Restoration
    secrets: Secrets
    erasures: Sequence[JournalEntry]


async def restore(config: Config, order: RestoreOrder) -> int:
    """Everything is read and checked before anything is written, and the swap is one transaction."""
    if order.from_chat:
        with _fetched(config) as folder:
            return await _restore(config, order, files_at([folder]))
    return await _restore(config, order, files_at(order.paths))


@contextmanager
def _fetched(config: Config) -> Generator[Path]:
    """The parts out of the chat, in a folder that goes afterwards. Raises `ChatNotRead`."""
    config.powergym_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in config.powergym_home.glob(f"{FETCHED}*"):  # of a restore that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=FETCHED, dir=config.powergym_home) as folder:
        # A program of its own: what speaks Telegram stands above the gym, which cannot import it.
        command = [sys.executable, "-m", "bot.telegram.backup_download", folder]
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603
            raise ChatNotRead
        yield Path(folder)


async def _restore(config: Config, order: RestoreOrder, files: BackupFiles) -> int:
    passphrase = asked_passphrase(config)
    backup = await OpenedBackup.by_passphrase(files, passphrase)
    restoration = Restoration(backup)
    preface = await restoration.check(config.own_database)
    secrets = keys_of(config, preface)
    beside = await asyncio.to_thread(_erasures, config, backup, passphrase)
    async with _server(config) as url:
        plan = RestorePlan(restoration, secrets, [*beside, *await erasures_at(url)])
        restored = await _put_in_place(config, order, plan, SideDatabases(url))
    _keep_backup_key(config, plan, replace=True)
    report(restored, as_json=order.as_json)
    return 0


def _keep_backup_key(config: Config, plan: RestorePlan, *, replace: bool) -> None:
    """Before the swap only where there is none: a restore that fails leaves the gym that is here its own,
    and one that is killed after the swap no gym without backups.
    """
    store = BackupKeyStore(config)
    if not store.is_given and (replace or not store.is_there()):
        store.keep(plan.restoration.backup.key)


async def forget(config: Config, *, as_json: bool) -> int:
    """Drop the gyms that restores have replaced."""
    async with _server(config) as url:
        sides = SideDatabases(url)
        names = await sides.kept()
        for name in names:
            await sides.drop(name)
    typer.echo(json.dumps({"dropped": names}) if as_json else f"Dropped: {', '.join(names) or 'nothing'}")
    return 0


async def _put_in_place(
    config: Config, order: RestoreOrder, plan: RestorePlan, sides: SideDatabases
) -> Restored:
    was_gym = await _is_gym(sides.url)
    if was_gym and not order.replace:
        raise GymThere
    await sides.require_nobody_else()
    name = sides.named(RESTORING)
    url = await sides.make(name)
    try:
        preface, trail = await plan.restoration.fill(url), await trail_at(url, plan.secrets.data)
        settled, erased = await _settled(config, url, plan, preface)
        # Both gyms' keys lie there before the swap: whichever database is in place, it can be opened.
        keep_keys(config, plan.secrets)
        _keep_backup_key(config, plan, replace=False)
        trusted = await asyncio.to_thread(CertificateFolder(config.powergym_home).bring, preface.https)
        before = await sides.swap(name, SystemClock().now())
    except BaseException:
        # A server that the full disk has ended cannot drop it: --forget and the next restore do.
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await sides.drop(name)
        raise
    if not was_gym:
        await sides.drop(before)
    name, kept = plan.restoration.backup.files.name, before if was_gym else None
    return Restored(name, preface, settled, erased, kept, trail, trusted)


async def _settled(config: Config, url: str, plan: RestorePlan, preface: Preface) -> tuple[Settled, int]:
    """Migrated to this release, without whom was erased since, and made ready to be opened."""
    database, system = Database(url), Actor.system()
    gym = Gym(config, database, SystemClock(), plan.secrets)
    try:
        await upgrade(database)
        erased = await gym.run(system, lambda uow: ErasureJournal(uow).replay(plan.erasures, restored=True))
        # What the days since would have told, today's too, is written now and held with the rest: the gym
        # that is gone may have told it, and its rows that remember that are gone too.
        await catch_up(gym.run)
        return await gym.run(system, lambda uow: settle(uow, preface.made_at)), erased
    finally:
        await database.close()


def _erasures(config: Config, backup: OpenedBackup, passphrase: str) -> list[JournalEntry]:
    """Who was erased since, as the folders and the chat say. Blocks. Raises `BackupAltered`.

    The gym's own folder is looked into wherever the backup lies: the restored gym writes its list there anew.
    """
    files, store = backup.files, BackupKeyStore(config)
    own = () if store.is_given else store.kept_here()
    folders = [path.parent for path in files.paths] + [config.backups_root]
    found = erasures_in(folders, passphrase, [backup.key, *own])
    path = files.paths[0].parent / f"{files.name}{MANIFEST_ENDING}"
    if path.exists():
        manifest = BackupManifest.read(path.read_bytes(), path.name)
        manifest.require_seal(backup.key)
        found += manifest.erased
    return found


async def erasures_at(url: str) -> list[JournalEntry]:
    """What the gym that is replaced knows of erasures; nothing where there is none, or an old one."""
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        if not await connection.fetchval(_HAS_ERASURES):
            return []
        return [JournalEntry.model_validate(dict(row)) for row in await connection.fetch(_ERASURES)]
    finally:
        await connection.close(timeout=2)


async def _is_gym(url: str) -> bool:
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return bool(await connection.fetchval(_IS_GYM))
    finally:
        await connection.close(timeout=2)


@asynccontextmanager
async def _server(config: Config) -> AsyncGenerator[str]:
    """The address of the gym's database, past any pooler; the embedded server runs meanwhile."""
    given = config.database_direct_url or config.database_url
    if given is not None:
        yield given
        return
    postgres = EmbeddedPostgres(config.powergym_home)
    try:
        yield await asyncio.to_thread(postgres.start)
    finally:
        await asyncio.to_thread(postgres.stop)
