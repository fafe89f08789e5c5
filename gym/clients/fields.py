"""A client's fields, one at a time, as people write them. Pure; each raises its own typed fault."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

import phonenumbers
from dateutil.relativedelta import relativedelta

from gym.clients.errors import (
    BirthDateInvalid,
    DayInvalid,
    DocumentInvalid,
    EmailInvalid,
    NameInvalid,
    PhoneInvalid,
    TextTooLong,
)
from gym.clients.models import DocumentType

YOUNGEST, OLDEST, OF_AGE = 5, 100, 18
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
DATE: Final = re.compile(r"(\d{1,4})[\s./-]+(\d{1,2})[\s./-]+(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document, its number without dots, spaces and dashes."""

    type: DocumentType
    number: str


def parse_name(text: str) -> str:
    """One line without double spaces; at least one letter."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= 80 or not any(letter.isalpha() for letter in name):
        raise NameInvalid
    return name


def parse_document(text: str) -> Document:
    """`CC 1.020.304.050`, `pp AB123456`; a bare number is a citizen's."""
    compact = re.sub(r"[\s.\-]", "", text).upper()
    kind = next((kind for kind in DocumentType if compact.startswith(kind.value)), None)
    number = compact[2:] if kind else compact
    kind = kind or DocumentType.CC
    wanted = r"[A-Z0-9]{4,20}" if kind in (DocumentType.PP, DocumentType.CE) else r"[0-9]{4,15}"
    if not re.fullmatch(wanted, number):
        raise DocumentInvalid
    return Document(kind, number)


def parse_phone(text: str, region: str) -> str:
    """E.164, read as in the gym's region when no country is given."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise PhoneInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_email(text: str) -> str:
    """Lower case."""
    email = text.strip().lower()
    if len(email) > 160 or not EMAIL.fullmatch(email):
        raise EmailInvalid
    return email


def parse_birth_date(text: str, today: date) -> date:
    """Day first, or year first; age 5 to 100."""
    found = DATE.fullmatch(text.strip())
    if found is None:
        raise BirthDateInvalid
    first, month, last = (int(part) for part in found.groups())
    day, year = (last, first) if first > 31 else (first, last)
    try:
        return checked_birth_date(date(year, month, day), today)
    except ValueError:
        raise BirthDateInvalid from None


def checked_birth_date(born: date, today: date) -> date:
    """Raises `BirthDateInvalid` outside of 5 to 100 years."""
    if not YOUNGEST <= age(born, today) <= OLDEST:
        raise BirthDateInvalid
    return born


def age(born: date, today: date) -> int:
    """Whole years."""
    return relativedelta(today, born).years


def is_minor(born: date | None, today: date) -> bool:
    return born is not None and age(born, today) < OF_AGE


def parse_text(text: str, limit: int = 200) -> str:
    """Free text of a field."""
    value = " ".join(text.split())
    if len(value) > limit:
        raise TextTooLong(limit)
    return value


def parse_day(text: str, today: date) -> date:
    """A day as people write it: `3/8/2026`, `3/8` (this year), `2026-08-03`. Raises `DayInvalid`."""
    found = re.fullmatch(r"(\d{1,4})[\s./-]+(\d{1,2})(?:[\s./-]+(\d{1,4}))?", text.strip())
    if found is None:
        raise DayInvalid
    first, month, last = int(found[1]), int(found[2]), int(found[3] or today.year)
    day, year = (last, first) if first > 31 else (first, last)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        raise DayInvalid from None
