"""Reading an export: its manifest, its settings and the rows of each table, without unpacking it to disk."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from gym.exporting.described.table import ExportedTable
from gym.exporting.errors import ExportFromFuture, ExportUnreadable
from gym.exporting.tables import LATER, TABLES
from gym.exporting.values import reader_of
from gym.exporting.writing import FORMAT, VERSION

MANIFEST: Final = "manifest.json"
LONGEST_SETTINGS: Final = 1024 * 1024
"""Bytes of a small file: what is larger was not written by an export."""


LONGEST_ROW: Final = 1024 * 1024
"""Letters of one row: names, notes and JSON of a few kilobytes."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Rows by table, as they were counted when it was written."""

    gym: str
    rows: Mapping[str, int]


def is_export(source: IO[bytes]) -> bool:
    """By its manifest. The source stays open."""
    try:
        with zipfile.ZipFile(source) as packed:
            return MANIFEST in packed.namelist() and FORMAT.encode() in _small(packed, MANIFEST)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return False


class ExportArchive:
    """Holds the ZIP open; a table's rows are read one by one."""

    def __init__(self, source: IO[bytes]) -> None:
        """Raises `ExportUnreadable`, `ExportFromFuture`."""
        try:
            self._packed = zipfile.ZipFile(source)
            found = json.loads(_small(self._packed, MANIFEST))
            settings = json.loads(_small(self._packed, "settings.json"))
            is_ours = found["format"] == FORMAT
            version, rows, name = int(found["version"]), dict(found["rows"]), str(found["gym"])
        except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, RuntimeError) as broken:
            raise ExportUnreadable from broken
        if not is_ours or not isinstance(settings, dict):
            raise ExportUnreadable
        if version > VERSION:
            raise ExportFromFuture
        self.manifest = Manifest(name, rows)
        self.settings: Mapping[str, Any] = settings

    def close(self) -> None:
        self._packed.close()

    def tables(self) -> Sequence[ExportedTable]:
        """Those of the export in the order in which they are read; one of an older release lacks some.

        Raises `ExportFromFuture`, `ExportUnreadable`.
        """
        known, there = {table.name for table in TABLES}, self.manifest.rows.keys()
        if not there <= known:
            raise ExportFromFuture
        if not known - LATER <= there:
            raise ExportUnreadable
        return [table for table in TABLES if table.name in there]

    def rows(self, table: ExportedTable) -> Iterator[dict[str, object]]:
        """Blocking. Each by column, ready for the table. Raises `ExportUnreadable`."""
        columns = table.model.__table__.columns
        readers = {name: reader_of(columns[name]) for name in table.columns}
        try:
            for row in self._objects(table.name):
                unknown = row.keys() - readers.keys()
                if unknown:
                    raise ExportFromFuture
                # A column that the older release did not have keeps the table's default.
                yield {name: None if value is None else readers[name](value) for name, value in row.items()}
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            ValueError,
            KeyError,
            TypeError,
            ArithmeticError,
        ) as broken:
            raise ExportUnreadable from broken

    def _objects(self, name: str) -> Iterator[dict[str, Any]]:
        """One a line, as they were written: a table of millions never stands in memory, and neither does a
        line without an end, which 20 MB can hold a thousand times packed."""
        with self._packed.open(f"{name}.json") as file:
            text = io.TextIOWrapper(file, encoding="utf-8")
            while line := text.readline(LONGEST_ROW):
                if len(line) == LONGEST_ROW:
                    raise ValueError(name)
                plain = line.strip().rstrip(",")
                if plain in ("", "[", "]", "[]"):
                    continue
                yield json.loads(plain)


def _small(packed: zipfile.ZipFile, name: str) -> bytes:
    if packed.getinfo(name).file_size > LONGEST_SETTINGS:
        raise ValueError(name)
    return packed.read(name)
