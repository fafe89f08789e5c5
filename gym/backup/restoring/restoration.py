"""Restores a backup into a database of its own and compares what came out with what went in."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

from gym.backup.errors import DiskFull, NoRoom, RestoreDiffers, RestoreFailed, RevisionUnknown, ToolMissing
from gym.backup.facts import read_facts
from gym.backup.files.archive import OpenedBackup, Preface
from gym.backup.programs import complaint, free_bytes, only_refused_timeout, says_full
from gym.core.config import ConfigError
from gym.core.database.engine import plain_dsn
from gym.core.database.migrations import knows
from gym.core.postgres.binaries import BinariesMissing
from gym.core.postgres.client_programs import client_environment, client_program
from gym.security.cipher import Cipher, CipherError, Keyring
from gym.settings.key_register import require_keys

STOP: Final = "--exit-on-error"
OPTIONS: Final = ("--no-owner", "--no-privileges", "--no-comments", "--no-password")
KNOWS_TIMEOUT: Final = 17
"""The first server that knows `transaction_timeout`."""
GROWTH: Final = 4
"""So many times its own size a backup takes as a database: text is compressed, and indexes are not in it."""
RESERVE: Final = 64_000_000
"""For PostgreSQL's own files: one that cannot write its log ends, and the gym beside it too."""
MEGABYTE: Final = 1_000_000
_SETTINGS: Final = "SELECT settings::text FROM gym_state"
_PICTURE: Final = "SELECT client_id, thumbnail FROM face_pictures WHERE thumbnail IS NOT NULL LIMIT 1"


@dataclass(frozen=True, slots=True)
class Restoration:
    """One backup on its way into a database; nothing else is touched."""

    backup: OpenedBackup

    async def check(self, room_at: Path | None = None) -> Preface:
        """Read all of it before anything is written: complete, unchanged, of a revision known here.

        `room_at` is a folder on the disk that it will be restored to. Raises a `BackupError`.
        """
        preface = await asyncio.to_thread(self.backup.check)
        if not knows(preface.facts.revision):
            raise RevisionUnknown(preface.facts.revision)
        if room_at is not None:
            needed = await asyncio.to_thread(lambda: self.backup.files.size * GROWTH) + RESERVE
            free = await asyncio.to_thread(free_bytes, room_at)
            if free < needed:
                raise NoRoom(free // MEGABYTE, needed // MEGABYTE)
        return preface

    async def fill(self, url: str) -> Preface:
        """Restore into the empty database at `url` and compare.

        Raises `RestoreFailed`, `RestoreDiffers`, or what `check` raises.
        """
        pouring = _Pouring(url, await _options_at(url))
        filling = asyncio.ensure_future(asyncio.to_thread(pouring.fill, self.backup))
        try:
            preface = await asyncio.shield(filling)
        except asyncio.CancelledError:
            pouring.stop()
            with suppress(RestoreFailed, DiskFull):
                await filling
            raise
        await _require_same(url, preface)
        return preface


class _Pouring:
    """`pg_restore`, fed with a dump; `stop` ends it from another thread."""

    def __init__(self, url: str, options: Sequence[str]) -> None:
        self._url = url
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()

    def fill(self, backup: OpenedBackup) -> Preface:
        """Blocks."""
        with backup.reading() as (preface, chunks), tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(  # noqa: S603
                [_program("pg_restore"), *self._options, f"--dbname={_conninfo(self._url)}"],
                env=client_environment(self._url),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd="/",
            )
            try:
                stdin = self._process.stdin
                assert stdin is not None
                with suppress(BrokenPipeError):  # it has ended, and its complaint says why
                    for chunk in chunks:
                        stdin.write(chunk)
                    stdin.close()
                code = self._process.wait()
            finally:
                self._process.kill()
                self._process.wait()
            if code != 0 and not (STOP not in self._options and only_refused_timeout(errors)):
                said = complaint(errors)
                raise DiskFull if says_full(said) else RestoreFailed(said)
            return preface


async def _options_at(url: str) -> Sequence[str]:
    """Stop at the first error, except where the server is too old for a setting that comes before all else:
    there every error is looked at when it has ended.
    """
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return [STOP, *OPTIONS] if connection.get_server_version().major >= KNOWS_TIMEOUT else OPTIONS
    finally:
        await connection.close(timeout=2)


async def _require_same(url: str, preface: Preface) -> None:
    """Facts, and one thing sealed with each key. Raises `RestoreDiffers`."""
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        found = await read_facts(connection)
        differences = preface.facts.differences(found) or await _locked(connection, preface)
    finally:
        await connection.close(timeout=2)
    if differences:
        raise RestoreDiffers(differences)


async def _locked(connection: asyncpg.Connection, preface: Preface) -> list[str]:
    """What the backup's own keys do not open."""
    keyring = Keyring.parse(preface.data_keys)
    try:
        require_keys(json.loads(await connection.fetchval(_SETTINGS) or "{}"), keyring)
        row = await connection.fetchrow(_PICTURE)
        if row is not None:
            Cipher(keyring).decrypt(row["thumbnail"], context=f"thumbnail:{row['client_id']}")
    except (ConfigError, CipherError) as error:
        return [str(error)]
    return []


def _conninfo(url: str) -> str:
    name = (make_url(url).database or "").replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{name}'"


def _program(name: str) -> str:
    try:
        return client_program(name)
    except BinariesMissing:
        raise ToolMissing(name) from None
