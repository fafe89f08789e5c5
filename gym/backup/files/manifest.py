"""The manifest: where the parts of a backup lie, and who was erased since. It names nobody but by id.

It stands pinned in the chat and is sealed with the key of the backups, so that only the gym can have said
whom a restore must erase again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gym.backup.errors import BackupAltered, BackupUnreadable
from gym.backup.files.passphrase import BackupKey
from gym.privacy.schemas import JournalEntry

LARGEST_BYTES: Final = 19_000_000


class ManifestPart(BaseModel):
    """One part as the chat has it."""

    model_config = ConfigDict(frozen=True)

    number: int
    size: int
    sha256: str
    file_id: str


class ChatPart(ManifestPart):
    """A part with the message that holds it."""

    message_id: int


class ChatBackup(BaseModel):
    """A backup whose parts stand in a chat until its time is over."""

    model_config = ConfigDict(frozen=True)

    name: str
    made_at: datetime
    size: int
    sha256: str
    chat_id: int
    manifest_id: int | None
    """None in its own manifest, whose message had no number yet when it was written."""
    parts: Sequence[ChatPart]


class BackupManifest(BaseModel):
    """What a new computer needs to find a backup again."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    made_at: datetime
    size: int
    sha256: str
    parts: Sequence[ManifestPart]
    erased: Sequence[JournalEntry] = ()
    """Clients who were erased, by the ids they had; no more is known of them."""
    in_chats: Sequence[ChatBackup] | None = None
    """This backup and all earlier ones that stand in a chat: a restored gym empties them in their time."""
    salt: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    """Of the key that sealed it, in hexadecimal."""
    trail_number: int | None = None
    trail_head: str | None = None
    """The head of the audit trail in the backup, in hexadecimal; left out of one that does not know it."""
    seal: str = ""

    def sealed(self, key: BackupKey) -> BackupManifest:
        told = self.model_copy(update={"salt": key.salt.hex()})
        return told.model_copy(update={"seal": key.seal_of(told._said())})

    def require_seal(self, key: BackupKey) -> None:
        """Raises `BackupAltered` where another key sealed it, or somebody changed it."""
        if self.seal != key.seal_of(self._said()):
            raise BackupAltered

    def text(self) -> bytes:
        return self.model_dump_json(indent=1, exclude=self._unknown()).encode()

    @classmethod
    def read(cls, raw: bytes, name: str) -> BackupManifest:
        """Raises `BackupUnreadable`."""
        try:
            return cls.model_validate_json(raw)
        except ValidationError:
            raise BackupUnreadable(name) from None

    def _said(self) -> bytes:
        return self.model_dump_json(exclude={"seal"} | self._unknown()).encode()

    def _unknown(self) -> set[str]:
        """What manifests of earlier releases lack: a seal holds for what was said then."""
        later = ("trail_number", "trail_head", "in_chats", "salt")
        return {name for name in later if getattr(self, name) is None}
