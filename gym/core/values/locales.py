"""Types of a gym's locale: time zone (IANA), currency (ISO 4217) and language."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from babel.numbers import list_currencies
from pydantic import AfterValidator

from gym.core.language import LANGUAGES


def _zone(value: str) -> str:
    if not _is_zone(value):
        raise ValueError("is not a time zone such as America/Bogota")
    return value


def _is_zone(name: str) -> bool:
    """Opens the one; listing all that the system has takes a tenth of a second at each start."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return not name.startswith(("posix", "right"))


def _currency(value: str) -> str:
    if value.upper() not in list_currencies():
        raise ValueError("is not an ISO 4217 code such as COP")
    return value.upper()


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, AfterValidator(_language)]
