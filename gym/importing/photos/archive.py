"""A ZIP of photos: its files by name, each unpacked in memory and alone. Nothing is written to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self

from gym.faces.engine.images import LARGEST_BYTES
from gym.faces.errors import PhotoTooLarge, PhotoUnreadable
from gym.importing.photos.errors import PhotoLocked, PhotosSuspicious, PhotosTooMany, PhotosUnreadable
from gym.importing.photos.file_names import LONGEST, is_rubbish
from gym.importing.reading.formats.cells import visible

MOST_FILES: Final = 20_000
"""As many as people in one list."""
MOST_PACKED: Final = 100
"""Times that a file may grow when it is unpacked: photos are packed already and hardly grow at all."""
SMALL: Final = 1024 * 1024
"""Bytes below which a file may have any ratio: an even picture of one colour."""
ENCRYPTED: Final = 0x1
IN_UTF8: Final = 0x800
_OF_WORKBOOKS: Final = frozenset(
    {"xl/workbook.xml", "mimetype", "[Content_Types].xml", "Index/Document.iwa", "Index.zip"}
)
"""Of Excel, LibreOffice and Numbers."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """`name` is the path inside the ZIP as people see it."""

    name: str
    info: zipfile.ZipInfo


def is_photo_archive(source: IO[bytes]) -> bool:
    """A ZIP that is no workbook: those are ZIPs as well. The source stays open."""
    try:
        with zipfile.ZipFile(source) as packed:
            return not _OF_WORKBOOKS.intersection(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


class PhotoArchive:
    """Holds its file open until `close`; memory is bounded by one photo, whatever the ZIP holds."""

    def __init__(self, source: IO[bytes]) -> None:
        """Raises `PhotosUnreadable`, `PhotosTooMany`, `PhotosSuspicious`."""
        try:
            self._packed = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, ValueError) as broken:
            raise PhotosUnreadable from broken
        size = source.seek(0, 2)
        self.files: Sequence[ArchivedFile] = _files(self._packed.infolist(), size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._packed.close()

    def read(self, file: ArchivedFile) -> bytes:
        """Blocking. Raises `PhotoTooLarge`, `PhotoLocked`, `PhotoUnreadable`."""
        if file.info.file_size > LARGEST_BYTES:
            raise PhotoTooLarge
        if file.info.flag_bits & ENCRYPTED:
            raise PhotoLocked
        try:
            with self._packed.open(file.info) as packed:
                data = packed.read(LARGEST_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
        ) as broken:
            raise PhotoUnreadable from broken
        if len(data) > LARGEST_BYTES:
            raise PhotoTooLarge
        return data


def _files(infos: Sequence[zipfile.ZipInfo], size: int) -> Sequence[ArchivedFile]:
    if len(infos) > MOST_FILES:
        raise PhotosTooMany(MOST_FILES)
    # Entries that share their bytes make a small ZIP endless: together they cannot be larger than the file.
    if sum(info.compress_size for info in infos) > size or any(map(_grows, infos)):
        raise PhotosSuspicious
    found = [
        ArchivedFile(visible(path), info)
        for path, info in zip(map(_path, infos), infos, strict=True)
        if not path.endswith("/")
    ]
    shown = sorted((one for one in found if not is_rubbish(one.name)), key=lambda one: one.name)
    if not shown:
        raise PhotosUnreadable
    return shown


def _grows(info: zipfile.ZipInfo) -> bool:
    return info.file_size > SMALL and info.file_size > MOST_PACKED * max(1, info.compress_size)


def _path(info: zipfile.ZipInfo) -> str:
    """Windows and old programs write UTF-8 without saying so, and paths with backslashes.

    Only as much of its end as is read: 300 names of 65,535 signs took a second.
    """
    path = _decoded(info).replace("\\", "/")
    return path if len(path) <= LONGEST else f"…{path[-LONGEST:]}"


def _decoded(info: zipfile.ZipInfo) -> str:
    """Its end alone, of four bytes a letter at most; what is left of a letter that was cut is no letter."""
    name = info.filename[-4 * LONGEST :]
    if info.flag_bits & IN_UTF8:
        return name
    try:
        data = name.encode("cp437")
        return (data if name == info.filename else data.lstrip(_WITHIN_A_LETTER)).decode("utf-8")
    except UnicodeError:
        return name


_WITHIN_A_LETTER: Final = bytes(range(0x80, 0xC0))
