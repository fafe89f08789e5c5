"""A report as CSV: one file for each table, in a ZIP where there are several."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Final

from gym.core.language import Translator
from gym.core.money import to_cents
from gym.exporting.values import to_csv
from gym.reports.output.writing import write_short
from gym.reports.results import ColumnKind, Report, ReportColumn, Row, Table, Term, Value

MARK: Final = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for Latin letters."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file by its name."""

    name: str
    data: bytes


class CsvTables:
    """A report's tables as CSV files in a ZIP, or as one CSV where there is one table alone.

    Headings and rows without totals, as programs read them; amounts with a point, days as ISO 8601.
    """

    def __init__(self, target: IO[bytes], report: Report, stem: str, t: Translator) -> None:
        """`stem` begins the names in the ZIP."""
        self._target, self._stem, self._t = target, stem, t
        self._archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) if _is_packed(report) else None
        self._file: IO[bytes] = target
        self._columns: tuple[ReportColumn, ...] = ()

    def begin(self, table: Table) -> None:
        if self._archive is not None:
            # A ZIP tells sizes before the data: those of a table that is still read are not known.
            self._file = self._archive.open(f"{self._stem}-{table.key}.csv", "w", force_zip64=True)
        self._columns = table.columns
        self._file.write(MARK + _lines([[to_csv(self._t(one.title)) for one in table.columns]]))

    def add(self, rows: Sequence[Row]) -> None:
        self._file.write(_lines([self._fields(row) for row in rows]))

    def end(self) -> None:
        if self._archive is not None:
            self._file.close()

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()

    def discard(self) -> None:
        """What is written by now makes a whole ZIP, so that none is closed when its target is gone."""
        if self._archive is not None:
            with suppress(OSError, ValueError):
                self._file.close()
                self._archive.close()

    def _fields(self, row: Row) -> list[str]:
        return [
            _field(cell, column.kind, self._t) for cell, column in zip(row.cells, self._columns, strict=True)
        ]


def _is_packed(report: Report) -> bool:
    return len(report.result.tables) > 1


def csv_name(report: Report, stem: str) -> str:
    """The name of the file; `stem` is the name without an ending."""
    return f"{stem}.zip" if _is_packed(report) else f"{stem}.csv"


def csv_file(report: Report, stem: str, t: Translator) -> ReportFile:
    """A report whose rows are all in memory. Blocks."""
    data = io.BytesIO()
    write_short(CsvTables(data, report, stem, t), report)
    return ReportFile(csv_name(report, stem), data.getvalue())


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _field(value: Value, kind: ColumnKind, t: Translator) -> str:
    match value:
        case Decimal() if kind is ColumnKind.MONEY:
            return to_csv(to_cents(value))
        case Term():
            return to_csv(t(value.message))
        case datetime():
            return to_csv(value.astimezone(t.zone))
        case _:
            return to_csv(value)
