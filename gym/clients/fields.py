"""Readers of one field each: forgiving about how people type, strict about what is kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

import phonenumbers
from dateutil.relativedelta import relativedelta

from gym.clients.errors import (
    AgeOutOfRange,
    BirthDateInvalid,
    DocumentIncomplete,
    DocumentInvalid,
    EmailInvalid,
    GenderInvalid,
    LanguageInvalid,
    NameInvalid,
    PhoneInvalid,
    ReasonInvalid,
    TextTooLong,
    TooManyTags,
)
from gym.clients.models import DocumentType, Gender
from gym.core.language import LANGUAGES

YOUNGEST: Final = 5
OLDEST: Final = 100
OF_AGE: Final = 18
MOST_TAGS: Final = 10
NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’\-])*")
EMAIL: Final = re.compile(r"[^\s@<>\"',;()]+@[^\s@<>\"',;()]+\.[^\W\d_]{2,}")
NUMBERED: Final = frozenset({DocumentType.CC, DocumentType.TI})
"""Documents whose number has digits only."""
MONTHS: Final = (
    ("jan", "ene"),
    ("feb",),
    ("mar",),
    ("apr", "abr"),
    ("may",),
    ("jun",),
    ("jul",),
    ("aug", "ago"),
    ("sep", "set"),
    ("oct",),
    ("nov",),
    ("dec", "dic"),
)
"""How months begin in English and Spanish."""
GENDERS: Final = {
    Gender.FEMALE: ("female", "f", "woman", "mujer", "femenino", "femenina"),
    Gender.MALE: ("male", "m", "man", "hombre", "masculino", "masculina", "h"),
    Gender.OTHER: ("other", "o", "otro", "otra", "otre", "x"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document's type and normalised number."""

    type: DocumentType
    number: str


def tidy(text: str) -> str:
    """Composed, one space between words, nothing invisible."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(sign for sign in composed if unicodedata.category(sign)[0] != "C" or sign.isspace())
    return " ".join(visible.split())


def parse_name(text: str) -> str:
    """A first or last name. Raises `NameInvalid`."""
    name = tidy(text)
    if len(name) > 80 or not NAME.fullmatch(name):
        raise NameInvalid
    return name


def parse_document_number(text: str, kind: DocumentType) -> str:
    """`1.020.304-050` is `1020304050`; letters only where the type has them. Raises `DocumentInvalid`."""
    number = re.sub(r"[\s.,\-_·/]", "", unicodedata.normalize("NFKC", text)).upper()
    allowed = r"[0-9]{4,20}" if kind in NUMBERED else r"[0-9A-Z]{4,20}"
    if not re.fullmatch(allowed, number):
        raise DocumentInvalid
    return number


def parse_document_type(text: str) -> DocumentType:
    """Raises `DocumentIncomplete`."""
    try:
        return DocumentType(re.sub(r"[\s.]", "", text).upper())
    except ValueError:
        raise DocumentIncomplete from None


def parse_document(text: str, kind: DocumentType | None = None) -> Document:
    """`CC 1.020.304.050`, `ce123456`, or just the number, which is then a `kind` (CC when not said).

    Raises `DocumentInvalid`.
    """
    found = re.fullmatch(r"\s*(c\.?c|t\.?i|c\.?e|p\.?p)\.?[\s:#]*(.*\d.*)", text, re.IGNORECASE | re.DOTALL)
    if found is not None:
        kind, text = parse_document_type(found[1]), found[2]
    kind = kind or DocumentType.CC
    return Document(kind, parse_document_number(text, kind))


def parse_phone(text: str, region: str) -> str:
    """E.164, numbers without a country code being of `region`. Raises `PhoneInvalid`."""
    try:
        number = phonenumbers.parse(text.strip()[:40], region)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_contact_phone(text: str, region: str) -> str:
    """The phone of a Telegram contact: with its country code, often without the plus. Raises `PhoneInvalid`."""
    digits = re.sub(r"\D", "", text)
    try:
        return parse_phone(f"+{digits}", region)
    except PhoneInvalid:
        return parse_phone(text, region)


def parse_email(text: str) -> str:
    """Raises `EmailInvalid`."""
    address = tidy(text).lower()
    if len(address) > 160 or ".." in address or not EMAIL.fullmatch(address):
        raise EmailInvalid
    return address


def parse_birth_date(text: str | date, today: date) -> date:
    """`3/8/1990` (day first), `1990-08-03`, `3.8.90`, `3 ago 1990`, `3 de agosto de 1990`.

    Raises `BirthDateInvalid`, `AgeOutOfRange`.
    """
    born = text if isinstance(text, date) else _read_date(text, today)
    if not YOUNGEST <= age_on(born, today) <= OLDEST:
        raise AgeOutOfRange(born)
    return born


def age_on(born: date, today: date) -> int:
    """Whole years; who was born on 29 February has a birthday on the 28th in other years."""
    return relativedelta(today, born).years


def is_minor(born: date | None, today: date) -> bool:
    """Whether a guardian is needed."""
    return born is not None and age_on(born, today) < OF_AGE


def parse_gender(text: str) -> Gender:
    """Raises `GenderInvalid`."""
    word = tidy(text).lower()
    for gender, words in GENDERS.items():
        if word in words:
            return gender
    raise GenderInvalid


def parse_language(text: str) -> str:
    """Raises `LanguageInvalid`."""
    language = text.strip().lower()
    if language not in LANGUAGES:
        raise LanguageInvalid(languages=", ".join(LANGUAGES))
    return language


def parse_tags(text: str | list[str]) -> list[str]:
    """Tags between commas, semicolons or number signs; each once, lower case. Raises `TooManyTags`."""
    parts = re.split(r"[,;#\n]", text) if isinstance(text, str) else text
    tags = list(dict.fromkeys(parse_line(part.lower(), "tags", 40) for part in parts if tidy(part)))
    if len(tags) > MOST_TAGS:
        raise TooManyTags(limit=MOST_TAGS)
    return tags


def parse_line(text: str, field: str, limit: int) -> str:
    """One line of free text. Raises `TextTooLong`."""
    line = tidy(text)
    if len(line) > limit:
        raise TextTooLong(field, limit)
    return line


def parse_alias(text: str) -> str:
    return parse_line(text, "alias", 80)


def parse_address(text: str) -> str:
    return parse_line(text, "address", 200)


def parse_emergency_contact(text: str) -> str:
    return parse_line(text, "emergency_contact", 200)


def parse_warning(text: str) -> str:
    return parse_line(text, "warning", 300)


def parse_guardian_name(text: str) -> str:
    """Raises `NameInvalid`."""
    name = tidy(text)
    if len(name) > 160 or not NAME.fullmatch(name):
        raise NameInvalid(field="guardian_name")
    return name


def parse_notes(text: str) -> str:
    """Several lines of free text. Raises `TextTooLong`."""
    notes = "\n".join(tidy(line) for line in text.splitlines()).strip()
    if len(notes) > 2000:
        raise TextTooLong("notes", 2000)
    return notes


def parse_reason(text: str) -> str:
    """Raises `ReasonInvalid`."""
    reason = tidy(text)
    if not 3 <= len(reason) <= 300:
        raise ReasonInvalid
    return reason


def _read_date(text: str, today: date) -> date:
    parts = re.findall(r"\d+|[^\W\d_]+", unicodedata.normalize("NFKC", text).lower())
    words = [part for part in parts if part not in ("de", "del", "of", "st", "nd", "rd", "th")]
    if len(words) == 1 and re.fullmatch(r"\d{8}", words[0]):
        words = _split_digits(words[0])
    if len(words) != 3:
        raise BirthDateInvalid
    if not words[0].isdecimal():  # August 3, 1990
        words[:2] = words[1], words[0]
    if len(words[0]) == 4:
        words.reverse()
    try:
        return date(_year(words[2], today), _month(words[1]), int(words[0]))
    except ValueError:
        raise BirthDateInvalid from None


def _split_digits(digits: str) -> list[str]:
    """`03081990` or `19900803`."""
    if digits[:2] in ("19", "20") and int(digits[4:6]) <= 12:
        return [digits[:4], digits[4:6], digits[6:]]
    return [digits[:2], digits[2:4], digits[4:]]


def _month(word: str) -> int:
    if word.isdecimal():
        return int(word)
    for number, starts in enumerate(MONTHS, start=1):
        if word[:3] in starts:
            return number
    raise BirthDateInvalid


def _year(word: str, today: date) -> int:
    """Two digits mean the latest such year in which somebody now old enough was born."""
    year = int(word)
    if len(word) != 2:
        return year
    year += today.year // 100 * 100
    return year if year <= today.year - YOUNGEST else year - 100
