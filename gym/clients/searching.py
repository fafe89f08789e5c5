"""Search terms from typed text: words with tolerance for typing errors, or a number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Self

from gym.clients.fields.documents import bare_number, with_zeros
from gym.clients.fields.phones import phone_ends

MOST_WORDS: Final = 6
LONGEST_WORD: Final = 24
FORGIVING_FROM: Final = 4
"""Letters from which a word may have one letter wrong, missing, too many, or two swapped."""
VERY_FORGIVING_FROM: Final = 7
"""Letters from which a word may also be merely similar (pg_trgm)."""
SHORTEST_NUMBER: Final = 7
"""Digits from which a number is taken for the end of a phone."""
LONGEST_TYPED: Final = 320
"""Letters that are folded: the 160 that are looked for, each with an accent of its own. All 4,096 of a
message took 28 ms of everybody's time."""
FIRST_MARK, LAST_MARK, LAST_GREEK = "\u0300", "\u0362", "\u03ff"
"""Accents that stand alone, and the end of the letters that lose theirs."""
_UNLIKE: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"ð": "d", "þ": "th", "ħ": "h", "ŋ": "n", "ŧ": "t", "ƒ": "f", "ё": "е"}
)
"""Letters that PostgreSQL's unaccent changes and Unicode does not decompose."""


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """Folded words in any order; `number` is set when nothing but a number was typed."""

    words: tuple[str, ...]
    number: str | None
    document: str
    """The whole text as a document number would be kept."""

    @classmethod
    def read(cls, text: str) -> Self:
        folded = fold(text[:LONGEST_TYPED])[:160]
        digits = re.sub(r"\D", "", folded)
        document = bare_number(text[:160])
        if digits and re.fullmatch(r"[\d\s.,+()/-]+", folded.strip()):
            return cls((digits[:LONGEST_WORD],), digits, document)
        words = _words(folded)
        return cls(tuple(word[:LONGEST_WORD] for word in words[:MOST_WORDS]), None, document)

    @property
    def documents(self) -> tuple[str, ...]:
        """Numbers under which the document may be kept."""
        return with_zeros(self.document)

    @property
    def phone_ends(self) -> tuple[str, ...]:
        """The digits with one of which a phone must end to be meant exactly."""
        return phone_ends(self.number) if self.number and len(self.number) >= SHORTEST_NUMBER else ()


def _words(folded: str) -> list[str]:
    """Letters and digits with their marks, which are vowels in the scripts of India and South-East Asia."""
    parts = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in folded)
    return "".join(parts).split()


def fold(text: str) -> str:
    """Lower case without accents, as the search column is."""
    composed = unicodedata.normalize("NFC", text.lower())
    return "".join(map(_folded, composed)).translate(_UNLIKE)


def _folded(sign: str) -> str:
    """A Latin or Greek letter without its marks, as PostgreSQL's unaccent leaves it.

    Any other is left as it is: й, が and 김 are letters of their own, and marks alone are vowels elsewhere.
    """
    if FIRST_MARK <= sign <= LAST_MARK:
        return ""
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return plain if plain and all(part <= LAST_GREEK for part in plain) else sign


def pattern(word: str) -> str:
    """A PostgreSQL regular expression: a word that begins so, or is this one but for a slip.

    `word` has letters, digits and marks only, so nothing in it needs escaping.
    """
    if len(word) < FORGIVING_FROM or any(sign.isdigit() for sign in word):
        return rf"\m{word}"
    return rf"\m({word}|({'|'.join(_slips(word))})\M)"


def _slips(word: str) -> list[str]:
    forms: list[str] = []
    for place in range(len(word)):
        before, after = word[:place], word[place + 1 :]
        forms.append(f"{before}.?{after}")  # another letter, or one too many was typed
        forms.append(f"{before}.{word[place:]}")  # one was left out
        if after:
            forms.append(f"{before}{after[0]}{word[place]}{after[1:]}")
    return list(dict.fromkeys(forms))
