"""Writing a report to a file, table by table, a chunk of rows at a time, so that memory stays the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.results import Report, Row, Table

Progress = Callable[[int, int], None]
"""Called with the rows done and all of them, after each chunk."""


class ReportFormat(Protocol):
    """A file of some format on its way. Its methods block: they are called in a thread, one at a time."""

    def begin(self, table: Table) -> None:
        """The heading of a table; its rows come next."""
        ...

    def add(self, rows: Sequence[Row]) -> None: ...

    def end(self) -> None:
        """What stands below the last row of the table."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...

    def discard(self) -> None:
        """Let go of what is kept for a file that is not finished."""
        ...


async def write_report(
    file: ReportFormat, report: Report, session: AsyncSession, progress: Progress | None = None
) -> None:
    """Every table in full; `session` is in the transaction that computed the report, or a later one."""
    tables = report.result.tables
    done, total = 0, sum(one.length for one in tables)
    try:
        for table in tables:
            await asyncio.to_thread(file.begin, table)
            async for rows in chunks_of(table, session):
                await asyncio.to_thread(file.add, rows)
                done += len(rows)
                if progress is not None:
                    progress(done, total)
            await asyncio.to_thread(file.end)
        await asyncio.to_thread(file.close)
    except BaseException:
        file.discard()
        raise


async def chunks_of(table: Table, session: AsyncSession) -> AsyncIterator[Sequence[Row]]:
    """All rows of a table, those of a long one as they are read."""
    if table.long is None:
        yield table.rows
        return
    async for rows in table.long.stream(session):
        yield rows


def write_short(file: ReportFormat, report: Report) -> None:
    """The same at once, of a report whose tables are all in memory. Blocks."""
    for table in report.result.tables:
        assert table.long is None, "rows that are not in memory are read by `write_report`"
        file.begin(table)
        file.add(table.rows)
        file.end()
    file.close()


def is_long(report: Report) -> bool:
    """Whether a table has more rows than are kept in memory."""
    return any(one.long is not None for one in report.result.tables)


async def in_full(report: Report, session: AsyncSession) -> Report:
    """The report with every row in memory, for a format that is made at once."""
    tables = [await _in_full(one, session) for one in report.result.tables]
    return replace(report, result=replace(report.result, tables=tables))


async def _in_full(table: Table, session: AsyncSession) -> Table:
    if table.long is None:
        return table
    rows = [row async for chunk in table.long.stream(session) for row in chunk]
    return replace(table, rows=rows, long=None)
