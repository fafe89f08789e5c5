"""Values of an export: to text for CSV, to JSON, and from JSON to what a column keeps. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, DateTime, Numeric, Uuid
from sqlalchemy import Enum as EnumType

from gym.core.values.formulas import harmless_in_csv


def to_json(value: object) -> object:
    """Amounts as text, so that no program rounds them; days and instants as ISO 8601."""
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case _:
            return value


def to_csv(value: object) -> str:
    """As `to_json`, flat; what a spreadsheet would run as a formula gets an apostrophe before it."""
    match plain := to_json(value):
        case None:
            return ""
        case bool():
            return "true" if plain else "false"
        case list():
            return harmless_in_csv("; ".join(map(str, plain)))
        case dict():
            return harmless_in_csv(json.dumps(plain, ensure_ascii=False))
        case _:
            return harmless_in_csv(str(plain))


def reader_of(column: ColumnElement[Any]) -> Callable[[Any], object]:
    """From JSON to the value that the column takes. The reader raises ValueError for another kind."""
    kind = column.type
    if isinstance(kind, EnumType) and kind.enum_class is not None:
        return kind.enum_class
    for known, read in _READERS:
        if isinstance(kind, known):
            return read
    return lambda value: value


_READERS: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = (
    (Uuid, UUID),
    (DateTime, datetime.fromisoformat),
    (Date, date.fromisoformat),
    (Numeric, Decimal),
)
