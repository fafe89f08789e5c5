"""Files: photos in their sizes, documents byte for byte."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
import sqlite3
import threading
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bot.sandbox.state.media.photos import PhotoSize, recompress
from bot.sandbox.state.people import without_none
from bot.sandbox.state.store import Json, open_database

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
  number INTEGER PRIMARY KEY AUTOINCREMENT, file_id TEXT NOT NULL UNIQUE, unique_id TEXT NOT NULL,
  kind TEXT NOT NULL, name TEXT, mime TEXT NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL,
  family TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS files_by_family ON files (family);
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file."""

    name: str | None
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    number: int
    file_id: str
    unique_id: str
    kind: str
    name: str | None
    mime: str
    size: int
    family: str
    width: int
    height: int

    @property
    def path(self) -> str:
        """Telegram's `file_path`, such as `photos/file_7.jpg`."""
        ending = Path(self.name).suffix if self.name else mimetypes.guess_extension(self.mime) or ""
        return f"{self.kind}s/file_{self.number}{ending}"

    def as_file(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}

    def as_photo_size(self) -> Json:
        return {**self.as_file(), "width": self.width, "height": self.height}

    def as_document(self) -> Json:
        return without_none(**self.as_file(), file_name=self.name, mime_type=self.mime)


COLUMNS = ", ".join(field.name for field in fields(StoredFile))


class Files:
    """Files in the store's database, over a connection of their own that is used in threads only."""

    def __init__(self, path: Path | None) -> None:
        self._database = open_database(path)
        self._database.executescript(SCHEMA)
        self._lock = threading.Lock()

    async def keep_photo(self, data: bytes) -> list[Json]:
        """Telegram's PhotoSize list, smallest first; raises BadRequest for what is no photo."""
        return await asyncio.to_thread(self._keep_photo, data)

    async def keep_document(self, upload: Upload) -> Json:
        """Telegram's Document."""
        return await asyncio.to_thread(self._keep_document, upload)

    def _keep_photo(self, data: bytes) -> list[Json]:
        sizes, family = recompress(data), secrets.token_hex(8)
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            return [self._keep_size(size, family).as_photo_size() for size in sizes]

    def _keep_size(self, size: PhotoSize, family: str) -> StoredFile:
        upload = Upload(None, "image/jpeg", size.jpeg)
        return self._insert("photo", upload, family, size.width, size.height)

    def _keep_document(self, upload: Upload) -> Json:
        with self._lock:
            return self._insert("document", upload, secrets.token_hex(8)).as_document()

    def _insert(self, kind: str, upload: Upload, family: str, width: int = 0, height: int = 0) -> StoredFile:
        prefix = "AgACAgEAAxkB" if kind == "photo" else "BQACAgEAAxkB"
        file_id, unique_id = prefix + secrets.token_urlsafe(42), "AQAD" + secrets.token_urlsafe(9)
        meta = (file_id, unique_id, kind, upload.name, upload.mime, len(upload.data), family, width, height)
        made = self._database.execute(
            "INSERT INTO files (file_id, unique_id, kind, name, mime, size, family, width, height, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*meta, upload.data),
        )
        return StoredFile(made.lastrowid or 0, *meta)

    async def again(self, file_id: str) -> tuple[str, Any] | None:
        """The content of a message with a known file: `("photo", sizes)` or `("document", document)`."""
        family = await asyncio.to_thread(self._family, file_id)
        if not family:
            return None
        if family[0].kind == "photo":
            return "photo", [stored.as_photo_size() for stored in family]
        return "document", family[0].as_document()

    def _family(self, file_id: str) -> list[StoredFile]:
        sql = (
            f"SELECT {COLUMNS} FROM files WHERE family ="  # noqa: S608 - the columns are ours
            " (SELECT family FROM files WHERE file_id = ?) ORDER BY number"
        )
        with self._lock:
            return [StoredFile(**dict(row)) for row in self._database.execute(sql, (file_id,))]

    async def find(self, file_id: str) -> StoredFile | None:
        return await asyncio.to_thread(self._find, "file_id = ?", file_id)

    async def read(self, file_id: str) -> bytes | None:
        return await asyncio.to_thread(self._read, file_id)

    async def at_path(self, path: str) -> StoredFile | None:
        """The file of a `file_path`; only its number counts."""
        number = Path(path).stem.removeprefix("file_")
        if not number.isdecimal():
            return None
        found = await asyncio.to_thread(self._find, "number = ?", int(number))
        return found if found and found.path == path else None

    def _find(self, condition: str, value: object) -> StoredFile | None:
        sql = f"SELECT {COLUMNS} FROM files WHERE {condition}"  # noqa: S608 - written above
        with self._lock:
            row: sqlite3.Row | None = self._database.execute(sql, (value,)).fetchone()
        return StoredFile(**dict(row)) if row else None

    def _read(self, file_id: str) -> bytes | None:
        with self._lock:
            row = self._database.execute("SELECT data FROM files WHERE file_id = ?", (file_id,)).fetchone()
        return row["data"] if row else None

    def close(self) -> None:
        with self._lock:
            self._database.close()
