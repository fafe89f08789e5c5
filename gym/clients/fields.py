"""A client's fields, one at a time, as people write them. Pure; each raises its own typed fault."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

import phonenumbers
from dateutil.relativedelta import relativedelta

from gym.clients.errors import (
    BirthDateInvalid,
    DayInvalid,
    EmailInvalid,
    GenderInvalid,
    NameInvalid,
    PhoneInvalid,
    ReasonInvalid,
    TextTooLong,
    TooManyTags,
)
from gym.clients.models import Gender

YOUNGEST, OLDEST, OF_AGE = 5, 100, 18
MOST_TAGS: Final = 10
EMAIL: Final = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
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
FILLERS: Final = frozenset({"de", "del", "of", "the", "st", "nd", "rd", "th"})
GENDERS: Final = {
    Gender.FEMALE: ("female", "f", "woman", "mujer", "femenino", "femenina"),
    Gender.MALE: ("male", "m", "man", "h", "hombre", "masculino", "masculina"),
    Gender.OTHER: ("other", "o", "x", "otro", "otra", "otre"),
}


def parse_name(text: str) -> str:
    """One line without double spaces; at least one letter."""
    name = _line(text)
    if not 1 <= len(name) <= 80 or not any(letter.isalpha() for letter in name):
        raise NameInvalid
    return name


def parse_phone(text: str, region: str) -> str:
    """E.164, read as in the gym's region when no country is given."""
    try:
        number = phonenumbers.parse(text.strip()[:40], region)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise PhoneInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_contact_phone(text: str, region: str) -> str:
    """A Telegram contact's phone: with its country's code, often without the plus."""
    try:
        return parse_phone("+" + re.sub(r"\D", "", text), region)
    except PhoneInvalid:
        return parse_phone(text, region)


def parse_email(text: str) -> str:
    """Lower case."""
    email = text.strip().lower()
    if len(email) > 160 or ".." in email or not EMAIL.fullmatch(email):
        raise EmailInvalid
    return email


def parse_birth_date(text: str, today: date) -> date:
    """`3/8/1990` (day first), `1990-08-03`, `3.8.90`, `03081990`, `3 ago 1990`, `3 de agosto de 1990`.

    Raises `BirthDateInvalid`, also outside of 5 to 100 years.
    """
    parts = re.findall(r"\d+|[^\W\d_]+", unicodedata.normalize("NFKC", text).lower())
    words = [part for part in parts if part not in FILLERS]
    if len(words) == 1 and re.fullmatch(r"[0-9]{8}", words[0]):
        words = _split_digits(words[0])
    if len(words) != 3:
        raise BirthDateInvalid
    if not words[0].isdecimal():  # August 3, 1990
        words[0], words[1] = words[1], words[0]
    day, month, year = reversed(words) if len(words[0]) == 4 else words
    try:
        born = date(_birth_year(year, today), _month(month), int(day))
    except ValueError:
        raise BirthDateInvalid from None
    return checked_birth_date(born, today)


def checked_birth_date(born: date, today: date) -> date:
    """Raises `BirthDateInvalid` outside of 5 to 100 years."""
    if not YOUNGEST <= age(born, today) <= OLDEST:
        raise BirthDateInvalid
    return born


def age(born: date, today: date) -> int:
    """Whole years; who was born on 29 February has a birthday on the 28th in other years."""
    return relativedelta(today, born).years


def is_minor(born: date | None, today: date) -> bool:
    return born is not None and age(born, today) < OF_AGE


def parse_gender(text: str) -> Gender:
    """Raises `GenderInvalid`."""
    word = text.strip().lower()
    for gender, words in GENDERS.items():
        if word in words:
            return gender
    raise GenderInvalid


def parse_tags(text: str) -> list[str]:
    """Between commas, semicolons or number signs; lower case, each once. Raises `TooManyTags`."""
    return checked_tags(re.split(r"[,;#\n]", text))


def checked_tags(tags: list[str]) -> list[str]:
    """Raises `TooManyTags`, `TextTooLong`."""
    tidy = (parse_text(tag.lower(), 40) for tag in tags)
    unique = list(dict.fromkeys(tag for tag in tidy if tag))
    if len(unique) > MOST_TAGS:
        raise TooManyTags(MOST_TAGS)
    return unique


def parse_text(text: str, limit: int = 200) -> str:
    """One line of free text."""
    value = _line(text)
    if len(value) > limit:
        raise TextTooLong(limit)
    return value


def parse_notes(text: str, limit: int = 2000) -> str:
    """Free text that keeps its lines."""
    value = "\n".join(_line(line) for line in text.splitlines()).strip()
    if len(value) > limit:
        raise TextTooLong(limit)
    return value


def parse_reason(text: str) -> str:
    """Raises `ReasonInvalid`."""
    reason = _line(text)
    if not 3 <= len(reason) <= 300:
        raise ReasonInvalid
    return reason


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


def _line(text: str) -> str:
    """Composed, nothing invisible, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(sign for sign in composed if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())


def _split_digits(digits: str) -> list[str]:
    """`03081990` or `19900803`."""
    if digits[:2] in ("19", "20") and int(digits[4:6]) <= 12:
        return [digits[:4], digits[4:6], digits[6:]]
    return [digits[:2], digits[2:4], digits[4:]]


def _month(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return next((number for number, starts in enumerate(MONTHS, 1) if word[:3] in starts), 0)


def _birth_year(word: str, today: date) -> int:
    """Two digits mean the latest such year in which somebody now old enough was born."""
    year = int(word)
    if len(word) != 2:
        return year
    year += today.year // 100 * 100
    return year if year <= today.year - YOUNGEST else year - 100
