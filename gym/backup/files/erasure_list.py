"""The list of erasures that lies beside backups: which clients a restore must erase again, by id alone.

A backup holds whoever was erased after it was made. The list is sealed with the key of the backups, so that
nobody else can have somebody erased.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from gym.backup.errors import BackupAltered, BackupUnreadable, ErasuresSealedOtherwise
from gym.backup.files.passphrase import BackupKey
from gym.privacy.schemas import JournalEntry

NAME: Final = "erasures.json"


class ErasureList(BaseModel):
    """Every wish that was not taken back, and the salt of the key that seals it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    salt: str
    entries: Sequence[JournalEntry]
    seal: str = ""

    @classmethod
    def sealed(cls, entries: Sequence[JournalEntry], key: BackupKey) -> ErasureList:
        plain = cls(salt=b64encode(key.salt).decode(), entries=tuple(entries))
        return plain.model_copy(update={"seal": key.seal_of(plain._said())})

    @classmethod
    def read(cls, raw: bytes, name: str) -> ErasureList:
        """Raises `BackupUnreadable`."""
        try:
            return cls.model_validate_json(raw)
        except ValidationError:
            raise BackupUnreadable(name) from None

    def require_seal(self, passphrase: str, keys: Sequence[BackupKey] = ()) -> None:
        """By the key of its salt, else by the phrase, which is stretched: call it in a thread.

        Raises `BackupAltered` where neither sealed it: `ErasuresSealedOtherwise` where no key of that salt is
        known, as after `backup phrase --replace` on a computer that is gone.
        """
        try:
            salt = b64decode(self.salt, validate=True)
            known = next((key for key in keys if key.salt == salt), None)
            key = known or BackupKey.stretched(passphrase, salt)
        except ValueError:  # no base64, or too short for Argon2id
            raise BackupAltered from None
        if not hmac.compare_digest(self.seal, key.seal_of(self._said())):
            raise BackupAltered if known else ErasuresSealedOtherwise

    def text(self) -> bytes:
        return self.model_dump_json(indent=1).encode()

    def _said(self) -> bytes:
        return self.model_dump_json(exclude={"seal"}).encode()


def write_erasures(folder: Path, entries: Sequence[JournalEntry], key: BackupKey) -> bool:
    """Keep the list beside the backups, replaced in one step; False where it says so already. Blocks."""
    path = folder / NAME
    wanted = ErasureList.sealed(entries, key).text()
    if not folder.is_dir() or (path.exists() and path.read_bytes() == wanted):
        return False
    draft = path.with_suffix(".partial")
    try:
        draft.unlink(missing_ok=True)  # never through a link that somebody has put there
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(wanted)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def erasures_in(
    folders: Sequence[Path], passphrase: str, keys: Sequence[BackupKey] = ()
) -> list[JournalEntry]:
    """What the lists in these folders say. Blocks.

    Raises `BackupUnreadable`, `BackupAltered`.
    """
    found: list[JournalEntry] = []
    for path in sorted({folder.resolve() / NAME for folder in folders}):
        if path.exists():
            read = ErasureList.read(path.read_bytes(), path.name)
            read.require_seal(passphrase, keys)
            found += read.entries
    return found
