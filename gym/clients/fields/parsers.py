"""Parsers of a client's values as people write them. Pure; each raises its own typed fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from dateutil.relativedelta import relativedelta

from gym.clients.errors import (
    BirthDateInvalid,
    EmailInvalid,
    GenderInvalid,
    NameInvalid,
    ReasonInvalid,
    TextTooLong,
    TooManyTags,
)
from gym.clients.models import Gender
from gym.core.reading.conventions import Conventions, unaccented
from gym.core.reading.days import month_first, read_parts, year_of

YOUNGEST, OLDEST, OF_AGE = 5, 100, 18
"""Years. Younger and older birth dates are typing errors; below `OF_AGE` a guardian has to agree."""
MOST_TAGS: Final = 10
"""Tags of one client that a card and its keyboard have room for."""
EMAIL: Final = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
GENDERS: Final = {
    Gender.FEMALE: ("female", "f", "woman", "mujer", "femenino", "femenina", "feminino", "fem"),
    Gender.MALE: ("male", "m", "man", "h", "hombre", "masculino", "masculina", "masc"),
    Gender.OTHER: ("other", "o", "x", "otro", "otra", "otre"),
}


@dataclass(frozen=True, slots=True)
class ParseContext:
    """The gym's phone region (ISO 3166) and gym day, by which values are parsed."""

    region: str
    today: date

    @property
    def month_first(self) -> bool:
        return month_first(Conventions("en", country=self.region))


def parse_name(text: str) -> str:
    """One line without double spaces; at least one letter."""
    name = _line(text)
    if not 1 <= len(name) <= 80 or not any(letter.isalpha() for letter in name):
        raise NameInvalid
    return name


def parse_email(text: str) -> str:
    """Lower case."""
    email = text.strip().lower()
    if len(email) > 160 or ".." in email or not EMAIL.fullmatch(email):
        raise EmailInvalid
    return email


def parse_birth_date(text: str, today: date, *, month_first: bool = False) -> date:
    """`3/8/1990` (month first where the country writes so), `1990-08-03`, `03081990`, `3 de agosto de 1990`.

    Raises `BirthDateInvalid`, also outside of 5 to 100 years.
    """
    plain = unaccented(text)
    if re.fullmatch(r"[0-9]{8}", plain):
        plain = _split_digits(plain)
    parts = read_parts(plain, month_first=month_first)
    if parts is None or parts.year is None:
        raise BirthDateInvalid
    try:
        born = date(_birth_year(parts.year, today), parts.month, parts.day)
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


def with_tags(tags: Sequence[str], more: Sequence[str]) -> list[str]:
    """The tags with as many of `more` as the limit of `MOST_TAGS` allows."""
    new = [tag for tag in dict.fromkeys(more) if tag not in tags]
    return [*tags, *new[: max(0, MOST_TAGS - len(tags))]]


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


def _line(text: str) -> str:
    """Composed, nothing invisible, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(sign for sign in composed if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())


def _split_digits(digits: str) -> str:
    """`03081990` or `19900803`."""
    if digits[:2] in ("19", "20") and digits[4:6] <= "12":
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return f"{digits[:2]}/{digits[2:4]}/{digits[4:]}"


def _birth_year(word: str, today: date) -> int:
    """Two digits mean the latest such year in which somebody now old enough was born."""
    year = year_of(word)
    if len(word) != 2:
        return year
    return year if year <= today.year - YOUNGEST else year - 100
