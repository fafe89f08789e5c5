"""Fields of callback data: written as text and read back, each type within the range that the gym uses.

Any client of Telegram can send any data in a button's place: what is read is as untrusted as typed text.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, unquote
from uuid import UUID

LARGEST_AMOUNT: Final = Decimal(10) ** 10
"""Below this an amount fits its column, numeric(12, 2)."""
MOST_DECIMALS: Final = 4
CARRIED_BYTES: Final = 44
"""Bytes of callback data left for searched words beside the code and the page."""
CARRIED_FROM: Final = 2 * CARRIED_BYTES
"""Letters of the typed words that are looked at."""
LAST_GREEK: Final = "\u03ff"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Calendar days between which a plan's arithmetic stays within what `date` can hold."""
_NUMBER: Final = re.compile(r"[0-9]{1,6}")
"""Pages, revisions of a form, places in a list, days ahead; never below zero, never an id of Telegram's."""
_DAY: Final = re.compile(r"[0-9]{8}")


class FieldUnreadable(ValueError):
    """No value of the field's type, or one out of its range."""


def write(value: object) -> str:
    """A value as it stands in callback data. Raises ValueError for one that could not be read back."""
    text = _written(value)
    # By its base: asyncpg's UUIDs are a class of their own.
    kind = next((kind for kind in READERS if isinstance(value, kind)), type(value))
    if kind is not date:  # The day before the first one has a button too, which then says that it is too old.
        read(text, kind, may_miss=value is None)
    return text


def read(text: str, wanted: type[Any], may_miss: bool) -> object:
    """A value of the wanted type. Raises `FieldUnreadable`."""
    if text == "":
        if may_miss:
            return None
        raise FieldUnreadable
    try:
        return READERS.get(wanted, wanted)(text)
    except (ValueError, ArithmeticError) as error:
        raise FieldUnreadable from error


def carried_words(words: str) -> str:
    """As many of the typed words as a button's data has room for.

    Percent-encoded, a Latin letter takes one byte, a Cyrillic one 6, a Chinese one 9. Latin and Greek letters
    lose their accents, which the search ignores. Each letter may bring an accent of its own; what follows
    `CARRIED_FROM` is not looked at, for letter by letter 4,096 of them took 0.9 s.
    """
    text = unicodedata.normalize("NFC", words.lstrip()[:CARRIED_FROM])
    text = "".join(map(_without_accent, text)).strip()
    while len(quote(text, safe=" ")) > CARRIED_BYTES:
        text = text[:-1]
    return text.strip()


def _without_accent(letter: str) -> str:
    """Cyrillic and Korean letters stay: with their marks they are others, to the search as well."""
    plain = unicodedata.normalize("NFKD", letter)
    if plain[0] > LAST_GREEK:
        return letter
    return "".join(part for part in plain if not unicodedata.combining(part))


def _written(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case UUID():
            return base64.urlsafe_b64encode(value.bytes).rstrip(b"=").decode()
        case date():
            return value.strftime("%Y%m%d")
        case StrEnum():
            return value.value
        case str():
            return quote(value, safe=" ") or "%"
        case int() | Decimal():
            return str(value)
        case _:
            raise TypeError(f"a button cannot carry {type(value).__name__}")


def _bool(text: str) -> bool:
    return {"0": False, "1": True}[text] if text in ("0", "1") else _refuse()


def _uuid(text: str) -> UUID:
    value = UUID(bytes=base64.urlsafe_b64decode(text + "=="))
    # The decoder skips what is no base64, so many texts would mean the same.
    return value if _written(value) == text else _refuse()


def _day(text: str) -> date:
    value = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    return value if _DAY.fullmatch(text) and FIRST_DAY <= value <= LAST_DAY else _refuse()


def _text(text: str) -> str:
    value = "" if text == "%" else unquote(text)
    return _refuse() if "\0" in value else value


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else _refuse()


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return _refuse()
    exponent = value.as_tuple().exponent
    fits = isinstance(exponent, int) and -MOST_DECIMALS <= exponent <= 10 and abs(value) < LARGEST_AMOUNT
    return value if fits else _refuse()


def _refuse() -> Any:
    raise FieldUnreadable


READERS: Final[dict[type[Any], Callable[[str], object]]] = {
    bool: _bool,
    UUID: _uuid,
    date: _day,
    str: _text,
    int: _number,
    Decimal: _amount,
}
