"""Typed values in JSON columns: what goes in as Decimal, date or UUID comes out as such."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

_READERS: dict[str, Any] = {
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$uuid": UUID,
}


def encode(value: object) -> Any:
    """Plain JSON; types that JSON lacks become one-key objects such as `{"$decimal": "5.00"}`."""
    match value:
        case StrEnum():
            return value.value
        case Decimal():
            return {"$decimal": str(value)}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case UUID():
            return {"$uuid": str(value)}
        case Mapping():
            return {str(key): encode(item) for key, item in cast("Mapping[object, object]", value).items()}
        case list() | tuple():
            return [encode(item) for item in cast("list[object]", value)]
        case _:
            return value


def decode(value: Any) -> Any:
    """The values that `encode` was given."""
    if isinstance(value, list):
        return [decode(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    mapping = cast("dict[str, Any]", value)
    if len(mapping) == 1:
        [(key, item)] = mapping.items()
        if key in _READERS:
            return _READERS[key](item)
    return {key: decode(item) for key, item in mapping.items()}
