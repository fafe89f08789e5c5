"""Makes a backup while the gym is open: one snapshot, counted and dumped, sealed on its way to the disk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Final

import asyncpg
import structlog

from gym.backup.errors import DiskFailed, DiskFull, DumpFailed, NoRoom, ToolMissing
from gym.backup.facts import DatabaseFacts, read_facts
from gym.backup.files.archive import OpenedBackup, Preface, write_preface
from gym.backup.files.parts import BackupFiles, file_name
from gym.backup.files.passphrase import BackupKey
from gym.backup.files.sealed_file import SealingWriter
from gym.backup.programs import complaint, disk_fault, free_bytes
from gym.core.database.engine import Database
from gym.core.postgres.binaries import BinariesMissing
from gym.core.postgres.client_programs import client_environment, client_program
from gym.core.postgres.locks import try_exclusive
from gym.security.keys.secrets import Secrets
from gym.security.tls.certificate_folder import CertificateFolder

log = structlog.get_logger()
MEGABYTE: Final = 1_000_000
PIPE_BYTES: Final = 256 * 1024
UNFINISHED: Final = ".partial"
OLD_SECONDS: Final = 24 * 3600
"""An unfinished file of that age belongs to nobody any more, on a share that knows no locks."""
# Compressed before it is sealed, since nothing can be gained afterwards; gzip is what every pg_restore reads.
OPTIONS: Final = ("--format=custom", "--compress=gzip:3", "--no-owner", "--no-privileges", "--no-comments")


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that lies on the disk, read back once."""

    path: Path
    size: int
    sha256: str
    made_at: datetime
    facts: DatabaseFacts

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class BackupMaker:
    """Copies one gym, with the keys that its data needs."""

    database: Database
    secrets: Secrets
    key: BackupKey
    gym_name: str
    home: Path | None = None
    """Where the gym's own certificates lie; None leaves them out."""

    async def make(self, folder: Path, made_at: datetime) -> MadeBackup:
        """A new file in `folder`, complete or not there at all. `made_at` is wall time.

        Raises a `BackupError`.
        """
        path = folder / file_name(made_at)
        await asyncio.to_thread(_make_ready, folder)
        https = await asyncio.to_thread(_certificates, self.home)
        async with self.database.direct() as connection:
            await _require_room(connection, folder)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                snapshot = str(await connection.fetchval("SELECT pg_export_snapshot()"))
                preface = self._preface(made_at, await read_facts(connection), https)
                dump = _Dump(self.database.direct_url, snapshot)
                written = await _stoppable(dump, path, self.key, preface)
        await asyncio.to_thread(OpenedBackup(BackupFiles(path.name, [path]), self.key).check)
        return MadeBackup(path, written[0], written[1], made_at, preface.facts)

    def _preface(self, made_at: datetime, facts: DatabaseFacts, https: Mapping[str, str]) -> Preface:
        return Preface(
            made_at=made_at,
            gym=self.gym_name,
            jwt_keys=self.secrets.jwt.text(),
            data_keys=self.secrets.data.text(),
            facts=facts,
            https=https,
        )


class _Dump:
    """`pg_dump` of one snapshot; `stop` ends it from another thread."""

    def __init__(self, url: str, snapshot: str) -> None:
        self._url = url
        self._snapshot = snapshot
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def write(self, path: Path, key: BackupKey, preface: Preface) -> tuple[int, str]:
        """Size and digest of the sealed file. Blocks. Raises a `BackupError`."""
        draft = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                _hold(file)
                writer = SealingWriter(file, key)
                write_preface(writer, preface)
                self._pour(writer)
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
            _sync(path.parent)
        except OSError as error:
            raise disk_fault(error) from None
        finally:
            draft.unlink(missing_ok=True)
        return writer.size, writer.digest.hexdigest()

    def _pour(self, writer: SealingWriter) -> None:
        command = [_program("pg_dump"), *OPTIONS, f"--snapshot={self._snapshot}", "--no-password"]
        with tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                env=client_environment(self._url),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd="/",
            )
            try:
                assert self._process.stdout is not None
                _copy(self._process.stdout, writer)
                code = self._process.wait()
            finally:
                self._process.kill()
                self._process.wait()
            if code != 0 or self._stopped:
                raise DumpFailed(complaint(errors))


def _copy(stream: IO[bytes], writer: SealingWriter) -> None:
    while data := stream.read(PIPE_BYTES):
        writer.write(data)


async def _stoppable(dump: _Dump, path: Path, key: BackupKey, preface: Preface) -> tuple[int, str]:
    """A gym that closes does not wait for the dump, and leaves no half file."""
    writing = asyncio.ensure_future(asyncio.to_thread(dump.write, path, key, preface))
    try:
        return await asyncio.shield(writing)
    except asyncio.CancelledError:
        dump.stop()
        with suppress(DumpFailed, DiskFailed, DiskFull):
            await writing
        raise


def _certificates(home: Path | None) -> Mapping[str, str]:
    """Of a gym that tablets reach by its own authority. Blocks."""
    try:
        return CertificateFolder(home).contents() if home is not None else {}
    except (OSError, ValueError) as error:  # a backup without them is better than none
        log.warning("certificates_not_backed_up", reason=type(error).__name__)
        return {}


def _program(name: str) -> str:
    try:
        return client_program(name)
    except BinariesMissing:
        raise ToolMissing(name) from None


def _make_ready(folder: Path) -> None:
    """The folder for our eyes only, without what a killed process left. Blocks."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(f".*{UNFINISHED}"):
            if _is_left(left):
                left.unlink(missing_ok=True)
    except OSError as error:
        raise disk_fault(error) from None


def _hold(draft: BinaryIO) -> None:
    """The kernel lets go of it however the process ends: whoever can lock a draft may remove it."""
    if os.name != "nt":
        with suppress(OSError):
            try_exclusive(draft.fileno())


def _is_left(draft: Path) -> bool:
    """Whether nobody writes it any more: failed tries every half hour would fill the disk within a day."""
    with suppress(OSError), draft.open("rb") as file:
        if os.name != "nt" and try_exclusive(file.fileno()):
            return True
    return draft.exists() and time.time() - draft.stat().st_mtime > OLD_SECONDS


async def _require_room(connection: asyncpg.Connection, folder: Path) -> None:
    """Raises `NoRoom` when half of the database would not fit; compressed it takes less."""
    size = int(await connection.fetchval("SELECT pg_database_size(current_database())") or 0)
    free = await asyncio.to_thread(free_bytes, folder)
    if free < size // 2:
        raise NoRoom(free // MEGABYTE, size // 2 // MEGABYTE)


def _sync(folder: Path) -> None:
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
