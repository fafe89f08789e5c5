"""A report as JSON: names and codes that stay, amounts as text so that no program rounds them, days as
ISO 8601.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gym.core.money import to_cents
from gym.exporting.values import to_json
from gym.reports.output.words import as_text
from gym.reports.ranges import DayRange
from gym.reports.results import ColumnKind, Figure, Report, Row, Table, Value


def report_as_json(report: Report, currency: str) -> dict[str, Any]:
    """One object; a table's rows are objects by the keys of its columns, its totals by those that are
    summed.
    """
    against = report.against
    return {
        "report": report.name,
        **_days(report.asked.days),
        "currency": currency,
        "compared_with": None
        if against is None
        else {"before": _days(against.before), "year_before": _days(against.year_before)},
        "figures": {one.key: _figure(one) for one in report.result.figures},
        "tables": {one.key: _table(one) for one in report.result.tables},
    }


def _days(days: DayRange) -> dict[str, str]:
    return {"from": days.first.isoformat(), "to": days.last.isoformat()}


def _figure(one: Figure) -> dict[str, Any]:
    values = {"value": one.value, "before": one.before, "year_before": one.year_before}
    return {"kind": one.kind, "definition": one.definition} | {
        name: _value(value, one.kind) for name, value in values.items()
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": {one.key: one.kind for one in table.columns},
        "rows": [_row(table, row) for row in table.rows],
        "totals": {
            column.key: _value(table.total(place), column.kind)
            for place, column in enumerate(table.columns)
            if column.summed
        },
    }


def _row(table: Table, row: Row) -> dict[str, object]:
    return {
        column.key: _value(cell, column.kind) for column, cell in zip(table.columns, row.cells, strict=True)
    }


def _value(value: Value, kind: ColumnKind) -> object:
    """An amount always with its cents: `0.00`."""
    if isinstance(value, Decimal) and kind is ColumnKind.MONEY:
        return to_json(to_cents(value))
    return to_json(as_text(value))
