"""A report as CSV: one file for each table, in a ZIP where there are several."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from gym.core.language import Translator
from gym.core.money import to_cents
from gym.exporting.values import to_csv
from gym.reports.results import ColumnKind, Report, Table, Term, Value

MARK: Final = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for Latin letters."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file by its name."""

    name: str
    data: bytes


def csv_file(report: Report, stem: str, t: Translator) -> ReportFile:
    """`stem` is the name without an ending."""
    tables = report.result.tables
    if len(tables) == 1:
        return ReportFile(f"{stem}.csv", table_as_csv(tables[0], t))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            archive.writestr(f"{stem}-{table.key}.csv", table_as_csv(table, t))
    return ReportFile(f"{stem}.zip", packed.getvalue())


def table_as_csv(table: Table, t: Translator) -> bytes:
    """Headings and rows without totals, as programs read them; amounts with a point, days as ISO 8601."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([to_csv(t(one.title)) for one in table.columns])
    for row in table.rows:
        writer.writerow(
            [_field(cell, column.kind, t) for cell, column in zip(row.cells, table.columns, strict=True)]
        )
    return MARK + text.getvalue().encode()


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
