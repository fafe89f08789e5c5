"""What a backup holds: a preface with the keys and facts of the gym, then the dump of `pg_dump`, sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from gym.backup.errors import BackupAltered
from gym.backup.facts import DatabaseFacts
from gym.backup.files.parts import BackupFiles
from gym.backup.files.passphrase import BackupKey
from gym.backup.files.sealed_file import SealedHeader, SealingWriter, opened_chunks
from gym.backup.programs import disk_fault

LENGTH_BYTES: Final = 4


class Preface(BaseModel):
    """What stands before the dump. Its repr is the keys' too: never log it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    made_at: datetime
    gym: str
    jwt_keys: str
    data_keys: str
    facts: DatabaseFacts
    https: Mapping[str, str] = {}
    """The authority that tablets trust and what it has issued, file by file; empty in an older backup."""

    def __repr__(self) -> str:
        return f"Preface({self.made_at.isoformat()})"

    __str__ = __repr__


def write_preface(writer: SealingWriter, preface: Preface) -> None:
    raw = preface.model_dump_json().encode()
    writer.write(len(raw).to_bytes(LENGTH_BYTES, "big") + raw)


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup and the key that opens it. Its methods block, and raise a `BackupError` of one line."""

    files: BackupFiles
    key: BackupKey

    @classmethod
    async def by_passphrase(cls, files: BackupFiles, passphrase: str) -> OpenedBackup:
        """Stretched with the salt of the file; whether it fits is found out by reading."""
        header = await asyncio.to_thread(header_of, files)
        return cls(files, await asyncio.to_thread(BackupKey.stretched, passphrase, header.salt))

    def check(self) -> Preface:
        """Read and authenticate every byte; nothing is written anywhere."""
        with self.reading() as (preface, chunks):
            for _ in chunks:
                pass
            return preface

    def preface(self) -> Preface:
        """What stands at its beginning, authenticated; the rest is not read."""
        with self.reading() as (preface, _):
            return preface

    @contextmanager
    def reading(self) -> Generator[tuple[Preface, Iterator[bytes]]]:
        """The preface and, chunk after chunk, the dump."""
        try:
            with self.files.opened() as stream:
                header = SealedHeader.read(stream, self.files.name)
                chunks = opened_chunks(stream, self.key, header)
                preface, begun = _read_preface(chunks)
                yield preface, _after(begun, chunks)
        except OSError as error:
            raise disk_fault(error) from None


def header_of(files: BackupFiles) -> SealedHeader:
    """Raises a `BackupError`. Blocks."""
    try:
        with files.opened() as stream:
            return SealedHeader.read(stream, files.name)
    except OSError as error:
        raise disk_fault(error) from None


def _read_preface(chunks: Iterator[bytes]) -> tuple[Preface, bytes]:
    """The preface, and what follows it in the chunks that were read for it."""
    read = b""
    while len(read) < LENGTH_BYTES or len(read) < _end(read):
        chunk = next(chunks, None)
        if chunk is None:
            raise BackupAltered
        read += chunk
    end = _end(read)
    try:
        return Preface.model_validate_json(read[LENGTH_BYTES:end]), read[end:]
    except ValidationError:
        raise BackupAltered from None


def _end(read: bytes) -> int:
    return LENGTH_BYTES + int.from_bytes(read[:LENGTH_BYTES], "big")


def _after(begun: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if begun:
        yield begun
    yield from chunks
