"""What kind of value each setting has, read off its field: how it is typed, offered and shown follows."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, cast, get_args, get_origin

from gym.settings.schemas import GymSettings


class SettingKind(StrEnum):
    """How a setting is written."""

    TEXT = "text"
    ZONE = "zone"
    CURRENCY = "currency"
    LANGUAGE = "language"
    REGION = "region"
    ADDRESS = "address"
    PERCENT = "percent"
    MONEY = "money"
    WHOLE = "whole"
    SWITCH = "switch"
    CHOICE = "choice"
    NUMBERS = "numbers"
    NAMES = "names"
    TIME = "time"


LEARNT: Final = frozenset({"bot_username", "bot_id"})
"""What the gym finds out by itself; nobody types it."""
NAMED: Final = {
    "timezone": SettingKind.ZONE,
    "currency": SettingKind.CURRENCY,
    "language": SettingKind.LANGUAGE,
    "phone_region": SettingKind.REGION,
    "web_address": SettingKind.ADDRESS,
}
TYPES: Final[dict[type, SettingKind]] = {
    bool: SettingKind.SWITCH,
    int: SettingKind.WHOLE,
    Decimal: SettingKind.MONEY,
    time: SettingKind.TIME,
    str: SettingKind.TEXT,
}
EDITABLE: Final = tuple(name for name in GymSettings.model_fields if name not in LEARNT)
"""Every setting that an admin may change, in the order of the class."""


@cache
def kind_of(name: str) -> SettingKind:
    """The kind of a setting."""
    annotation = cast("Any", GymSettings.model_fields[name].annotation)
    if name in NAMED:
        return NAMED[name]
    if name.endswith("_percent"):
        return SettingKind.PERCENT
    if get_origin(annotation) is tuple:
        entry = get_args(annotation)[0]
        return SettingKind.NUMBERS if get_args(entry)[0] is int else SettingKind.NAMES
    if issubclass(annotation, StrEnum):
        return SettingKind.CHOICE
    return TYPES[annotation]


@cache
def limit(name: str, bound: str) -> int | None:
    """A field's `ge`, `le`, `min_length` or `max_length`."""
    rules = GymSettings.model_fields[name].metadata
    return next((getattr(rule, bound) for rule in rules if hasattr(rule, bound)), None)


def options(name: str) -> list[StrEnum]:
    """The values of a setting that is one of a few."""
    return list(cast("type[StrEnum]", GymSettings.model_fields[name].annotation))
