"""Head of the audit trail's chain: its number and hash, and the mark by which people compare it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GENESIS: Final = bytes(32)
"""What stands before the first link."""
LETTERS: Final = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrtvw")
"""Digits of a mark: letters, since a desk chat hides long numbers; no vowels, so that they make no words."""


@dataclass(frozen=True, slots=True)
class TrailHead:
    """The last link: how many entries there are up to it, and its hash, which stands for all of them."""

    number: int
    hash: bytes

    @property
    def mark(self) -> str:
        """The first 64 bits for people: four groups of four letters."""
        return mark_of(self.hash.hex())


BEFORE_ALL: Final = TrailHead(0, GENESIS)
"""Where a chain begins of which nothing was deleted."""


def mark_of(hexadecimal: str) -> str:
    """A hash as people compare it, such as `bkqm-tvwr-hhjc-pbdf`."""
    letters = hexadecimal[:16].translate(LETTERS)
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


@dataclass(frozen=True, slots=True)
class NotedHead:
    """A head that somebody noted: a message, a manifest or a backup has it."""

    number: int
    text: str
    """Its mark, or the beginning of its hash in hexadecimal."""

    def is_of(self, found: bytes) -> bool:
        given = self.text.strip().lower()
        return bool(given) and given in {mark_of(found.hex()), found.hex()[: len(given)]}
