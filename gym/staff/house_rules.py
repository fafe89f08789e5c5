"""Judging a change of the gym's settings before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from phonenumbers import SUPPORTED_REGIONS
from pydantic import ValidationError

from gym.core.language import LANGUAGES
from gym.settings.schemas import GymSettings
from gym.staff.errors import SettingInvalid, UnknownSetting

UPPER = frozenset({"currency", "phone_region"})


def changed_settings(current: GymSettings, changes: Mapping[str, object]) -> GymSettings:
    """The settings with the changes in them; values may be text as it was typed.

    Raises `UnknownSetting`, `SettingInvalid`.
    """
    for name in changes:
        if name not in GymSettings.model_fields:
            raise UnknownSetting(name)
    tidy = {name: _tidy(name, value) for name, value in changes.items()}
    try:
        fresh = GymSettings.model_validate(current.model_dump(mode="json") | tidy)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise SettingInvalid(name, changes.get(name, "")) from None
    for name in changes:
        if not _exists(name, getattr(fresh, name)):
            raise SettingInvalid(name, changes[name])
    return fresh


def _tidy(name: str, value: object) -> object:
    text = value.strip() if isinstance(value, str) else value
    return text.upper() if isinstance(text, str) and name in UPPER else text


def _exists(name: str, value: Any) -> bool:
    """Whether the world knows such a zone, currency, language or region."""
    match name:
        case "timezone":
            return value in available_timezones()
        case "currency":
            return value in list_currencies()
        case "language":
            return value in LANGUAGES
        case "phone_region":
            return value in SUPPORTED_REGIONS
        case "employee_discount_percent" | "grace_amount":
            return value.is_finite() and value == round(value, 2) and value < 10**10
        case _:
            return True
