"""Parsers of settings, one for each kind: typed text to the value that is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from phonenumbers import SUPPORTED_REGIONS

from gym.core.language import LANGUAGES
from gym.core.money import largest_smallest
from gym.core.reading.amounts import NotAnAmount, read_amount
from gym.core.reading.conventions import Conventions
from gym.core.reading.counts import DAYS, HOURS, MINUTES, VISITS, read_count
from gym.core.reading.percentages import read_percent as percentage
from gym.core.text import one_line
from gym.settings.kinds import kind_of, limit
from gym.settings.table import SettingKind
from gym.staff.errors import (
    AddressUnreadable,
    AmountOutside,
    CurrencyUnknown,
    LanguageNotSpoken,
    NamesUnreadable,
    NumberOutside,
    NumbersUnreadable,
    PercentOutside,
    RegionUnknown,
    SettingInvalid,
    SmallestAmountOutside,
    TextLength,
    TimeUnreadable,
    YesOrNo,
    ZoneUnknown,
)

MOST_ENTRIES: Final = 12
LARGEST_MILESTONE: Final = 100_000
LONGEST_NAME: Final = 60
YES: Final = frozenset({"yes", "y", "true", "1", "on", "sí", "si"})
NO: Final = frozenset({"no", "n", "false", "0", "off"})
COUNTED: Final = {"days": DAYS, "hours": HOURS, "minutes": MINUTES, "visits": VISITS}
"""`3 days` is 3 of a setting that counts days, and no number of hours."""
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::00)? ?([ap])?\.?m?\.?")


def read_setting(name: str, text: str, conventions: Conventions) -> object:
    """The value that was meant. Raises a kind of `SettingInvalid`."""
    if kind_of(name) is SettingKind.MONEY:
        return read_money(name, text, conventions)
    return READERS[kind_of(name)](name, text)


def read_whole(name: str, text: str) -> int:
    low, high = limit(name, "ge") or 0, limit(name, "le") or 10**6
    found = read_count(text, _units(name))
    if found is None or not low <= found <= high:
        raise NumberOutside(name, text, low=low, high=high)
    return found


def _units(name: str) -> frozenset[str]:
    """What a setting counts stands at the end of its name."""
    return COUNTED.get(name.rsplit("_", 1)[-1], frozenset())


def read_percent(name: str, text: str) -> Decimal:
    """`12`, `12.5`, `12,5 %`."""
    low, high = limit(name, "ge") or 0, limit(name, "le") or 100
    value = percentage(text, bare=True)
    if value is None or not low <= value <= high:
        raise PercentOutside(name, text, low=low, high=high)
    return value


def read_money(name: str, text: str, conventions: Conventions) -> Decimal:
    try:
        return read_amount(text, conventions)
    except NotAnAmount:
        raise amount_outside(name, text, conventions.currency) from None


def amount_outside(name: str, value: object, currency: str) -> SettingInvalid:
    """The fault of an amount that does not fit; the smallest one has a limit of its own."""
    if name == "smallest_amount":
        return SmallestAmountOutside(name, value, high=largest_smallest(currency))
    return AmountOutside(name, value)


def read_time(name: str, text: str) -> time:
    """`21:00`, `21`, `9 pm`."""
    found = _CLOCK.fullmatch(text.strip().lower())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found and found[3]:
        hour = hour % 12 + (12 if found[3] == "p" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise TimeUnreadable(name, text)
    return time(hour, minute)


def read_switch(name: str, text: str) -> bool:
    word = text.strip().lower()
    if word not in YES | NO:
        raise YesOrNo(name, text)
    return word in YES


def read_text(name: str, text: str) -> str:
    value = one_line(text)
    low, high = limit(name, "min_length") or 0, limit(name, "max_length") or 200
    if not low <= len(value) <= high:
        raise TextLength(name, text, low=low, high=high)
    return value


def read_zone(name: str, text: str) -> str:
    """Its name in any case, or a city that only one zone has."""
    wanted = one_line(text).replace(" ", "_").casefold()
    zones = available_timezones()
    whole = [zone for zone in zones if zone.casefold() == wanted]
    cities = [zone for zone in zones if "/" in zone and zone.rsplit("/", 1)[1].casefold() == wanted]
    if len(found := whole or cities) != 1:
        raise ZoneUnknown(name, text)
    return found[0]


def read_currency(name: str, text: str) -> str:
    code = text.strip().upper()
    if code not in list_currencies():
        raise CurrencyUnknown(name, text)
    return code


def read_region(name: str, text: str) -> str:
    code = text.strip().upper()
    if code not in SUPPORTED_REGIONS:
        raise RegionUnknown(name, text)
    return code


def read_language(name: str, text: str) -> str:
    code = text.strip().lower()
    if code not in LANGUAGES:
        raise LanguageNotSpoken(name, text)
    return code


def read_address(name: str, text: str) -> str:
    """`https://gym.example:8443`, without the last slash; empty for the program's own."""
    value = text.strip().rstrip("/")
    parts = urlsplit(value) if re.fullmatch(r"[\x21-\x7e]{0,200}", value) else None
    whole = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    if value and not (whole and parts and value == f"{parts.scheme}://{parts.netloc}" and "@" not in value):
        raise AddressUnreadable(name, text)
    return value


def read_numbers(name: str, text: str) -> tuple[int, ...]:
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if not all(re.fullmatch(r"\d{1,6}", part) for part in parts):
        raise NumbersUnreadable(name, text, high=MOST_ENTRIES)
    return checked_numbers(name, tuple(int(part) for part in parts))


def checked_numbers(name: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Each larger than the one before, from 1."""
    rising = all(low < high for low, high in zip((0, *numbers), numbers, strict=False))
    if not rising or len(numbers) > MOST_ENTRIES or max(numbers, default=0) > LARGEST_MILESTONE:
        raise NumbersUnreadable(name, ", ".join(map(str, numbers)), high=MOST_ENTRIES)
    return numbers


def read_names(name: str, text: str) -> tuple[str, ...]:
    return checked_names(name, tuple(part for part in re.split(r"[,;\n]", text) if part.strip()))


def checked_names(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, whatever its case."""
    tidy = tuple(one_line(one) for one in names)
    each_once = len({one.casefold() for one in tidy}) == len(tidy)
    if not each_once or len(tidy) > MOST_ENTRIES or not all(1 <= len(one) <= LONGEST_NAME for one in tidy):
        raise NamesUnreadable(name, ", ".join(tidy), high=MOST_ENTRIES)
    return tidy


def read_choice(name: str, text: str) -> str:
    return text.strip().lower()


READERS: Final[dict[SettingKind, Callable[[str, str], object]]] = {
    SettingKind.TEXT: read_text,
    SettingKind.ZONE: read_zone,
    SettingKind.CURRENCY: read_currency,
    SettingKind.LANGUAGE: read_language,
    SettingKind.REGION: read_region,
    SettingKind.ADDRESS: read_address,
    SettingKind.PERCENT: read_percent,
    SettingKind.WHOLE: read_whole,
    SettingKind.SWITCH: read_switch,
    SettingKind.CHOICE: read_choice,
    SettingKind.NUMBERS: read_numbers,
    SettingKind.NAMES: read_names,
    SettingKind.TIME: read_time,
}
if {*READERS, SettingKind.MONEY} != set(SettingKind):
    raise LookupError("a kind of setting has no parser")


def refuse(name: str, value: object, currency: str) -> SettingInvalid:
    """The fault that fits a value which the schema has refused."""
    low, high = limit(name, "ge") or 0, limit(name, "le") or 100
    match kind_of(name):
        case SettingKind.WHOLE:
            return NumberOutside(name, value, low=low, high=high)
        case SettingKind.PERCENT:
            return PercentOutside(name, value, low=low, high=high)
        case SettingKind.MONEY:
            return amount_outside(name, value, currency)
        case SettingKind.TIME:
            return TimeUnreadable(name, value)
        case SettingKind.NUMBERS:
            return NumbersUnreadable(name, value, high=MOST_ENTRIES)
        case SettingKind.NAMES:
            return NamesUnreadable(name, value, high=MOST_ENTRIES)
        case SettingKind.REGION:
            return RegionUnknown(name, value)
        case _:
            return SettingInvalid(name, value)
