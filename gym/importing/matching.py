"""Matching of a row with registered clients by document, name, phone and birthday. Pure.

A document decides where both have one. Without it a name alone never does if something speaks against it:
families share phones, and lists have namesakes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Final, Generic, TypeVar

from gym.clients.fields.documents import Document
from gym.clients.fields.phones import same_phone
from gym.clients.searching import fold

Key = TypeVar("Key")
FEWEST_WORDS: Final = 2
"""Words of a shorter name that a longer one must have for both to be one person's."""


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """What tells one person from another."""

    name: str
    document: Document | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None

    @property
    def words(self) -> frozenset[str]:
        return frozenset(fold(self.name).replace("-", " ").split())

    @property
    def number(self) -> str | None:
        """The document's, without the zeros that an earlier release kept."""
        return self.document.number.lstrip("0") if self.document else None


class MatchStrength(Enum):
    SAME = auto()
    DOUBTFUL = auto()
    """The same name or phone, and something that speaks against it: a person has to say."""
    DOCUMENT_OF_ANOTHER = auto()


@dataclass(frozen=True, slots=True)
class MatchResult(Generic[Key]):
    match: MatchStrength
    key: Key


class MatchIndex(Generic[Key]):
    """People by document, name and phone."""

    def __init__(self, people: Iterable[tuple[Key, MatchKeys]] = ()) -> None:
        self._numbers: dict[str, list[tuple[Key, MatchKeys]]] = defaultdict(list)
        self._names: dict[frozenset[str], list[tuple[Key, MatchKeys]]] = defaultdict(list)
        self._phones: dict[str, list[tuple[Key, MatchKeys]]] = defaultdict(list)
        for key, identity in people:
            self.add(key, identity)

    def add(self, key: Key, identity: MatchKeys) -> None:
        self.add_document(key, identity)
        if identity.phone:
            self._phones[identity.phone].append((key, identity))
        self._names[identity.words].append((key, identity))

    def add_document(self, key: Key, identity: MatchKeys) -> None:
        """Of somebody who is found by name elsewhere, and has this document from now on."""
        if identity.number:
            self._numbers[identity.number].append((key, identity))

    def holder(self, document: Document) -> Key | None:
        """Who has this very document, whatever their name."""
        found = self._numbers.get(document.number.lstrip("0"), ())
        return next(
            (key for key, other in found if other.document and other.document.type is document.type), None
        )

    def find(self, one: MatchKeys) -> MatchResult[Key] | None:
        """Who it is, or may be; None for somebody new."""
        if (by_document := self._by_document(one)) is not None:
            return by_document
        namesakes = [pair for pair in self._names.get(one.words, ()) if not _other_document(one, pair[1])]
        agreeing = [pair for pair in namesakes if _agreements(one, pair[1]) > 0]
        neutral = [pair for pair in namesakes if not _disagreements(one, pair[1])]
        for group in (agreeing, neutral):
            if group:
                return MatchResult(
                    MatchStrength.SAME if len(group) == 1 else MatchStrength.DOUBTFUL, group[0][0]
                )
        doubtful = [pair for pair in namesakes if not _other_birthday(one, pair[1])]
        doubtful += [pair for pair in self._sharing(one) if _may_be_one_name(one, pair[1])]
        return MatchResult(MatchStrength.DOUBTFUL, doubtful[0][0]) if doubtful else None

    def _by_document(self, one: MatchKeys) -> MatchResult[Key] | None:
        found: Sequence[tuple[Key, MatchKeys]] = self._numbers.get(one.number, ()) if one.number else ()
        for key, other in found:
            if one.words & other.words:
                return MatchResult(MatchStrength.SAME, key)
        for key, other in found:
            if one.document and other.document and one.document.type is other.document.type:
                return MatchResult(MatchStrength.DOCUMENT_OF_ANOTHER, key)
        return None

    def _sharing(self, one: MatchKeys) -> Sequence[tuple[Key, MatchKeys]]:
        """With the same phone, and no document or birthday that tells them apart."""
        forms = same_phone(one.phone) if one.phone else ()
        found = [pair for form in forms for pair in self._phones.get(form, ())]
        return [
            (key, other)
            for key, other in found
            if not _other_document(one, other) and not _other_birthday(one, other)
        ]


def _other_document(one: MatchKeys, other: MatchKeys) -> bool:
    return bool(one.number and other.number and one.number != other.number)


def _other_birthday(one: MatchKeys, other: MatchKeys) -> bool:
    return bool(one.birth_date and other.birth_date and one.birth_date != other.birth_date)


def _same_phone(one: MatchKeys, other: MatchKeys) -> bool:
    return bool(one.phone and other.phone and other.phone in same_phone(one.phone))


def _agreements(one: MatchKeys, other: MatchKeys) -> int:
    """Of namesakes; a birthday that differs outweighs a phone that is shared."""
    if _other_birthday(one, other):
        return 0
    same = (
        _same_phone(one, other),
        bool(one.email) and one.email == other.email,
        bool(one.birth_date) and one.birth_date == other.birth_date,
    )
    return sum(same)


def _disagreements(one: MatchKeys, other: MatchKeys) -> bool:
    return (
        _other_birthday(one, other)
        or bool(one.phone and other.phone and not _same_phone(one, other))
        or bool(one.email and other.email and one.email != other.email)
    )


def _may_be_one_name(one: MatchKeys, other: MatchKeys) -> bool:
    """`Ana Ruiz` and `Ana María Ruiz Gómez`."""
    shorter, longer = sorted((one.words, other.words), key=len)
    return shorter != longer and len(shorter) >= FEWEST_WORDS and shorter <= longer
