"""Parts of a backup: what a chat takes at once, found again in a folder and read as one file."""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from gym.backup.errors import BackupNotFound, BackupUnreadable, PartMissing

ENDING: Final = ".pgbackup"
MANIFEST_ENDING: Final = ".manifest.json"
PART_BYTES: Final = 19_000_000
"""A bot may download 20 MB at most (core.telegram.org/bots/api#getfile)."""
_NAME: Final = f"powergym-%Y%m%d-%H%M%S{ENDING}"
_PART: Final = re.compile(r"(?P<name>.+\.pgbackup)\.(?P<number>\d{3,})")


@dataclass(frozen=True, slots=True)
class PartSpan:
    """One part: its number from 1, and where it lies in the whole file."""

    number: int
    start: int
    size: int


def file_name(made_at: datetime) -> str:
    """Of a backup: the time in it is UTC, so that names sort as the files were made."""
    return made_at.astimezone(UTC).strftime(_NAME)


def made_at_of(name: str) -> datetime | None:
    """What `file_name` was given, to the second; None for a file that somebody named otherwise."""
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def spans_of(size: int, largest: int = PART_BYTES) -> list[PartSpan]:
    """How a file of so many bytes is sent."""
    starts = range(0, size, largest)
    return [PartSpan(number, start, min(largest, size - start)) for number, start in enumerate(starts, 1)]


def part_name(name: str, number: int) -> str:
    """`….pgbackup.001`."""
    return f"{name}.{number:03d}"


@dataclass(frozen=True, slots=True)
class BackupFiles:
    """One backup: a file, or its parts in their order."""

    name: str
    paths: Sequence[Path]

    @property
    def size(self) -> int:
        """In bytes. Raises OSError."""
        return sum(path.stat().st_size for path in self.paths)

    @contextmanager
    def opened(self) -> Generator[BinaryIO]:
        """Everything as one stream. Raises OSError."""
        joined = JoinedFiles(self.paths)
        with joined:
            yield cast("BinaryIO", joined)


class JoinedFiles(io.RawIOBase):
    """Files read one after the other."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._left = list(paths)
        self._current: BinaryIO | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to that many bytes, of one file; nothing at the end of the last."""
        while True:
            if self._current is None:
                if not self._left:
                    return b""
                self._current = self._left.pop(0).open("rb")
            found = self._current.read(size)
            if found:
                return found
            self._current.close()
            self._current = None

    def close(self) -> None:
        if self._current is not None:
            self._current.close()
            self._current = None
        super().close()


def files_at(paths: Sequence[Path]) -> BackupFiles:
    """The backup that paths lead to: a file, all of its parts, or a folder (its newest backup).

    Raises `BackupNotFound`, `BackupUnreadable`, `PartMissing`.
    """
    named = [path for path in paths if not path.name.endswith(MANIFEST_ENDING)]
    found = [one for path in named for one in (_within(path) if path.is_dir() else [path])]
    if not found:
        raise BackupNotFound
    if len(found) == 1 and not _PART.fullmatch(found[0].name):
        return BackupFiles(found[0].name, found)
    return _joined(found)


def backups_in(folder: Path) -> list[Path]:
    """The whole backups of a folder, the newest first."""
    return sorted(folder.glob(f"*{ENDING}"), key=lambda path: path.name, reverse=True)


def _within(folder: Path) -> list[Path]:
    """The newest backup of a folder by its name, which holds the time; whole ones before parts."""
    whole = backups_in(folder)
    if whole:
        return whole[:1]
    named = {match["name"] for path in folder.iterdir() if (match := _PART.fullmatch(path.name))}
    newest = max(named, default=None)
    return [path for path in sorted(folder.iterdir()) if newest is not None and _is_part(path, newest)]


def _is_part(path: Path, name: str) -> bool:
    match = _PART.fullmatch(path.name)
    return match is not None and match["name"] == name


def _joined(paths: Sequence[Path]) -> BackupFiles:
    numbered: dict[int, Path] = {}
    names: set[str] = set()
    for path in paths:
        match = _PART.fullmatch(path.name)
        if match is None:
            raise BackupUnreadable(path.name)
        names.add(match["name"])
        numbered[int(match["number"])] = path
    if len(names) != 1:
        raise BackupUnreadable(sorted(names)[-1])
    missing = next((number for number in range(1, max(numbered) + 1) if number not in numbered), None)
    if missing is not None:
        raise PartMissing(missing)
    return BackupFiles(names.pop(), [numbered[number] for number in sorted(numbered)])
