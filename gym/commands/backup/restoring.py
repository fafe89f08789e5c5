"""`python -m gym restore`: a backup into a database beside the gym's, checked, then put in its place."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import typer
from pydantic import SecretStr

from gym.app import Gym
from gym.backup.errors import ChatNotRead, GymThere, KeysApart
from gym.backup.files.archive import OpenedBackup, Preface
from gym.backup.files.parts import BackupFiles, files_at
from gym.backup.key_store import BackupKeyStore
from gym.backup.restoring.restoration import Restoration
from gym.backup.restoring.settling import Settled, settle
from gym.backup.restoring.side_databases import SideDatabases
from gym.commands.backup.asking import asked_passphrase
from gym.core.clock import SystemClock
from gym.core.config import Config
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import upgrade
from gym.core.postgres import EmbeddedPostgres
from gym.security.cipher import Keyring
from gym.security.keys.rules import DATA_KEYS, JWT_KEYS
from gym.security.keys.secrets import Secrets, keep_values, kept_value
from gym.security.permissions import Actor

WORD = "restoring"
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
class Restored:
    """What came of it."""

    name: str
    preface: Preface
    settled: Settled
    kept: str | None
    """The database that was replaced; None where there was no gym."""


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
    with tempfile.TemporaryDirectory(prefix="from-chat-", dir=config.powergym_home) as folder:
        # A program of its own: what speaks Telegram stands above the gym, which cannot import it.
        command = [sys.executable, "-m", "bot.telegram.backup_download", folder]
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603
            raise ChatNotRead
        yield Path(folder)


async def _restore(config: Config, order: RestoreOrder, files: BackupFiles) -> int:
    backup = await OpenedBackup.by_passphrase(files, asked_passphrase(config))
    restoration = Restoration(backup)
    preface = await restoration.check(None if config.database_url else config.powergym_home)
    secrets = _keys_of(config, preface)
    async with _server(config) as url:
        restored = await _put_in_place(config, order, restoration, secrets, SideDatabases(url))
    if not BackupKeyStore(config).is_given:
        BackupKeyStore(config).keep(backup.key)
    _report(restored, order)
    return 0


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
    config: Config, order: RestoreOrder, restoration: Restoration, secrets: Secrets, sides: SideDatabases
) -> Restored:
    was_gym = await _is_gym(sides.url)
    if was_gym and not order.replace:
        raise GymThere
    await sides.require_nobody_else()
    name = sides.named(WORD)
    url = await sides.make(name)
    try:
        preface = await restoration.fill(url)
        settled = await _settled(config, url, secrets, preface)
        # Both gyms' keys lie there before the swap: whichever database is in place, it can be opened.
        _keep_keys(config, secrets)
        before = await sides.swap(name, SystemClock().now())
    except BaseException:
        await sides.drop(name)
        raise
    if not was_gym:
        await sides.drop(before)
    return Restored(restoration.backup.files.name, preface, settled, before if was_gym else None)


async def _settled(config: Config, url: str, secrets: Secrets, preface: Preface) -> Settled:
    """Migrated to this release, and made ready to be opened."""
    database = Database(url)
    try:
        await upgrade(database)
        gym = Gym(config, database, SystemClock(), secrets)
        return await gym.run(Actor.system(), lambda uow: settle(uow, preface.made_at))
    finally:
        await database.close()


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


# Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _keys_of(config: Config, preface: Preface) -> Secrets:
    """The backup's keys in front, those that are here behind them. Raises `KeysApart`."""
    return Secrets(
        _joined(config, JWT_KEYS, config.jwt_keys, preface.jwt_keys),
        _joined(config, DATA_KEYS, config.data_keys, preface.data_keys),
    )


def _joined(config: Config, name: str, secret: SecretStr | None, brought: str) -> Keyring:
    ring, given = Keyring.parse(brought), secret.get_secret_value() if secret else None
    here = given or kept_value(config.powergym_home, name)
    there = Keyring.parse(here) if here else ring
    for kid in ring:
        if (kid not in there and given) or (kid in there and there.get(kid) != ring.get(kid)):
            raise KeysApart(name, kid)
    return there if given else ring.joined(there)


def _keep_keys(config: Config, secrets: Secrets) -> None:
    """Those that the environment does not give."""
    kept = {
        **({} if config.jwt_keys else {JWT_KEYS: secrets.jwt.text()}),
        **({} if config.data_keys else {DATA_KEYS: secrets.data.text()}),
    }
    if kept:
        keep_values(config.powergym_home, kept)


# Telling ──────────────────────────────────────────────────────────────────────────────────────────────────


def _report(restored: Restored, order: RestoreOrder) -> None:
    facts, settled = restored.preface.facts, restored.settled
    if order.as_json:
        told = {
            "backup": restored.name,
            "made_at": restored.preface.made_at.isoformat(),
            "gym": restored.preface.gym,
            "rows": sum(facts.rows.values()),
            "sums": facts.sums,
            "held_messages": settled.held,
            "receipts_after": settled.receipts_after,
            "kept": restored.kept,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(
        f"{restored.preface.gym} as of {restored.preface.made_at.isoformat()} is back: "
        f"{sum(facts.rows.values())} rows, compared with the backup."
    )
    if settled.held:
        typer.echo(f"{settled.held} overdue messages wait under Messages, Undelivered: an admin decides.")
    if settled.receipts_after is not None:
        typer.echo(f"The next receipt is number {settled.receipts_after + 1}, a new series.")
    if restored.kept is not None:
        typer.echo(
            f"The gym that was here is kept as {restored.kept}; to drop it: python -m gym restore --forget"
        )
    typer.echo("Start the gym: make run")
