"""Writing an export: every table in one snapshot, a thousand rows at a time, as CSV and as JSON in a ZIP."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from gym.core.database.engine import Database
from gym.exporting.described.table import ExportedTable
from gym.exporting.members import MEMBERS, member_rows
from gym.exporting.tables import TABLES
from gym.exporting.values import to_csv, to_json

FORMAT: Final = "powergym-export"
VERSION: Final = 2
"""With each table that is added, so that an older release says that it is older; from 2 on `erasures`."""
AT_ONCE: Final = 1000
"""Rows in memory; one more chunk may wait in the ZIP's compressor."""
Progress = Callable[[int, int], None]
"""Called with the rows done and all of them."""
Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """Rows by table."""

    rows: dict[str, int]


async def write_export(
    database: Database,
    target: IO[bytes],
    *,
    gym_name: str,
    settings: dict[str, Any],
    at: datetime,
    progress: Progress | None = None,
) -> ExportSummary:
    """The gym as it stood at one instant; who works meanwhile waits for nothing.

    Everything is read in one read-only transaction of level REPEATABLE READ, so that a payment is never there
    without its balance.
    """
    async with database.engine.connect() as found:
        connection = await found.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        counts = {table.name: await _count(connection, table) for table in TABLES}
        writer = _Writer(connection, target, counts, progress)
        revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed:
            about = {"format": FORMAT, "version": VERSION, "revision": revision, "gym": gym_name}
            about |= {"at": at.isoformat(), "rows": counts}
            packed.writestr("manifest.json", json.dumps(about, ensure_ascii=False, indent=1))
            packed.writestr("settings.json", json.dumps(settings, ensure_ascii=False, indent=1))
            for table in TABLES:
                await writer.table(packed, table)
            await writer.members(packed)
    return ExportSummary(counts)


async def _count(connection: AsyncConnection, table: ExportedTable) -> int:
    return await connection.scalar(select(func.count()).select_from(table.model)) or 0


class _Writer:
    """Writes each table twice, because a ZIP takes one file after the other."""

    def __init__(
        self,
        connection: AsyncConnection,
        target: IO[bytes],
        counts: dict[str, int],
        progress: Progress | None,
    ) -> None:
        self._connection, self._target, self._progress = connection, target, progress
        self._done, self._total = 0, 2 * sum(counts.values())

    async def table(self, packed: zipfile.ZipFile, table: ExportedTable) -> None:
        with packed.open(f"{table.name}.csv", "w", force_zip64=True) as file:
            file.write(b"\xef\xbb\xbf" + _csv([list(table.columns)]))  # Excel takes it for Latin letters else
            async for rows in self._rows(table):
                await asyncio.to_thread(file.write, await asyncio.to_thread(_csv, rows))
                self._step(len(rows))
        with packed.open(f"{table.name}.json", "w", force_zip64=True) as file:
            first = True
            async for rows in self._rows(table):
                data = await asyncio.to_thread(_json, list(table.columns), rows, first=first)
                await asyncio.to_thread(file.write, data)
                first = False
                self._step(len(rows))
            file.write(b"[]\n" if first else b"\n]\n")

    async def members(self, packed: zipfile.ZipFile) -> None:
        """The list that other programs, and a person, read: who, with which plan until when, owing what."""
        with packed.open("members.csv", "w", force_zip64=True) as file:
            file.write(b"\xef\xbb\xbf" + _csv([list(MEMBERS)]))
            async for rows in member_rows(self._connection, AT_ONCE):
                await asyncio.to_thread(file.write, await asyncio.to_thread(_csv, rows))

    async def _rows(self, table: ExportedTable) -> AsyncIterator[Rows]:
        columns = table.model.__table__.columns
        query = select(*(columns[name] for name in table.columns))
        query = query.order_by(*(columns[name] for name in table.order))
        result = await self._connection.stream(query, execution_options={"yield_per": AT_ONCE})
        async for rows in result.partitions(AT_ONCE):
            yield [tuple(row) for row in rows]

    def _step(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(self._done, self._total)


def _csv(rows: Rows) -> bytes:
    text_file = io.StringIO(newline="")
    csv.writer(text_file).writerows([to_csv(value) for value in row] for row in rows)
    return text_file.getvalue().encode()


def _json(names: Sequence[str], rows: Rows, *, first: bool) -> bytes:
    """Part of one array, a row a line."""
    objects = [dict(zip(names, map(to_json, row), strict=True)) for row in rows]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in objects)
    return (("[\n" if first else ",\n") + lines).encode()
