"""Validation of a change of the gym's settings before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from pydantic import ValidationError

from gym.core.money import LARGEST, largest_smallest
from gym.core.reading.conventions import Conventions
from gym.settings.kinds import EDITABLE, kind_of
from gym.settings.schemas import GymSettings
from gym.settings.table import SettingKind
from gym.staff.errors import PercentOutside, UnknownSetting
from gym.staff.setting_parsers import amount_outside, checked_names, checked_numbers, read_setting, refuse


def changed_settings(current: GymSettings, changes: Mapping[str, object]) -> GymSettings:
    """The settings with the changes in them; values may be text as it was typed.

    Raises `UnknownSetting`, or the kind of `SettingInvalid` that says how to write it.
    """
    for name in changes:
        if name not in EDITABLE:
            raise UnknownSetting(name)
    typed = {
        name: read_setting(name, value, current.conventions()) if isinstance(value, str) else value
        for name, value in changes.items()
    }
    try:
        fresh = GymSettings.model_validate(_staying(current, typed) | typed)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        currency = str(typed.get("currency", current.currency))
        raise refuse(name, changes.get(name, ""), currency) from None
    for name in changes:
        _check(name, getattr(fresh, name), fresh.conventions())
    return fresh


def _staying(current: GymSettings, typed: Mapping[str, object]) -> dict[str, Any]:
    """What is set and is not changed, without a smallest amount that is large money in a new currency."""
    kept = current.model_dump(mode="json", exclude_unset=True)
    currency = str(typed.get("currency", current.currency))
    if current.smallest_amount > largest_smallest(currency):
        kept.pop("smallest_amount", None)
    return kept


def _check(name: str, value: Any, conventions: Conventions) -> None:
    """What a field's own limits do not say; for values that were not typed, too."""
    match kind_of(name):
        case SettingKind.NUMBERS:
            checked_numbers(name, cast("tuple[int, ...]", value))
        case SettingKind.NAMES:
            checked_names(name, cast("tuple[str, ...]", value))
        case SettingKind.PERCENT if not _to_the_cent(value):
            raise PercentOutside(name, value, low=0, high=100)
        case SettingKind.MONEY if not _to_the_cent(value) or value > LARGEST:
            raise amount_outside(name, value, conventions.currency)
        case (
            SettingKind.ZONE
            | SettingKind.CURRENCY
            | SettingKind.LANGUAGE
            | SettingKind.REGION
            | SettingKind.ADDRESS
        ):
            read_setting(name, str(value), conventions)
        case _:
            pass


def _to_the_cent(value: Decimal) -> bool:
    return value.is_finite() and value == round(value, 2)
