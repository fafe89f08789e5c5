"""Kinds of settings: read from the table, checked against the fields at start, with limits and options."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, cast, get_args, get_origin

from gym.settings.schemas import GymSettings
from gym.settings.table import SETTINGS, SettingKind, SettingRow

LEARNT: Final = frozenset({"bot_username", "bot_id", "backup_staff_id"})
"""What the gym finds out by itself; nobody types it."""
PYTHON_TYPES: Final[dict[SettingKind, tuple[type, ...]]] = {
    SettingKind.TEXT: (str,),
    SettingKind.ZONE: (str,),
    SettingKind.CURRENCY: (str,),
    SettingKind.LANGUAGE: (str,),
    SettingKind.REGION: (str,),
    SettingKind.ADDRESS: (str,),
    SettingKind.PERCENT: (Decimal,),
    SettingKind.MONEY: (Decimal,),
    SettingKind.WHOLE: (int,),
    SettingKind.SWITCH: (bool,),
    SettingKind.CHOICE: (StrEnum,),
    SettingKind.NUMBERS: (tuple, int),
    SettingKind.NAMES: (tuple, str),
    SettingKind.TIME: (time,),
}
"""What the field of a kind holds; of a tuple also what its entries are."""
EDITABLE: Final = tuple(name for name in GymSettings.model_fields if name not in LEARNT)
"""Every setting that an admin may change, in the order of the class."""


def require_table(rows: Mapping[str, SettingRow]) -> None:
    """Raise `LookupError` unless every editable setting has one row, of a kind that its field can hold."""
    if apart := rows.keys() ^ set(EDITABLE):
        raise LookupError(f"settings without a row, or rows without a setting: {sorted(apart)}")
    wrong = [name for name, row in rows.items() if not _fits(name, row.kind)]
    if wrong:
        raise LookupError(f"rows whose kind their field cannot hold: {wrong}")


def _fits(name: str, kind: SettingKind) -> bool:
    annotation = cast("Any", GymSettings.model_fields[name].annotation)
    if kind is SettingKind.CHOICE:
        return isinstance(annotation, type) and issubclass(annotation, StrEnum)
    if get_origin(annotation) is tuple:
        return PYTHON_TYPES[kind] == (tuple, get_args(get_args(annotation)[0])[0])
    return PYTHON_TYPES[kind] == (annotation,)


require_table(SETTINGS)


def kind_of(name: str) -> SettingKind:
    """The kind of a setting."""
    return SETTINGS[name].kind


@cache
def limit(name: str, bound: str) -> int | None:
    """A field's `ge`, `le`, `min_length` or `max_length`."""
    rules = GymSettings.model_fields[name].metadata
    return next((getattr(rule, bound) for rule in rules if hasattr(rule, bound)), None)


def options(name: str) -> list[StrEnum]:
    """The values of a setting that is one of a few."""
    return list(cast("type[StrEnum]", GymSettings.model_fields[name].annotation))
