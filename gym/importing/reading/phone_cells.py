"""Telephone cells: one number or several, extensions, words between them, links to a chat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gym.clients.fields.phones import parse_phone
from gym.core.errors import GymError
from gym.core.reading.conventions import unaccented
from gym.importing.reading.formats.cells import Cell, without_ornaments

_TWO_NUMBERS: Final = re.compile(r"\s*(?:/|:::|;|,|\||\n| y | o | - | and | or )\s*", re.IGNORECASE)
_RUN: Final = re.compile(r"\+?[0-9(][0-9() .-]{5,}[0-9]")
_PIECE: Final = re.compile(r"\+?[0-9]{7,15}")
_LABEL: Final = re.compile(
    r"(?:tel|telefono|cel|celular|movil|whatsapp|wsp|phone|mobile|cell|fijo|casa)[ .:]*"
)
_EXTENSION: Final = re.compile(r"(.*?)[ ,;]*\b(?:ext|extensi[oó]n|int|x)\b\.? ?([0-9]{1,6})", re.IGNORECASE)
_CHAT_LINK: Final = re.compile(
    r"(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send\?phone=)\+?(?=[0-9])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phones:
    """The first number, and what else the cell has: an extension, further numbers."""

    number: str
    rest: str = ""


class PhoneReader:
    """Reads as people of a country (ISO 3166) write."""

    def __init__(self, region: str) -> None:
        self._region = region

    def read(self, cell: Cell) -> Phones:
        """Raises `PhoneInvalid`: of several numbers each must be one, so that none is cut in two."""
        region, text = self._region, _CHAT_LINK.sub("+", without_ornaments(cell.text))
        try:
            return Phones(parse_phone(text, region))
        except GymError:
            if (extended := self._extended(text)) is not None:
                return extended
            if (among := self._among_words(text)) is not None:
                return among
            parts = [part for part in _TWO_NUMBERS.split(text) if part]
            if len(parts) < 2:
                raise
            first, *others = [parse_phone(part, region) for part in parts]
            return Phones(first, " / ".join(dict.fromkeys(one for one in others if one != first)))

    def _extended(self, text: str) -> Phones | None:
        """`601 2345678 ext. 12`; None where the rest is not one number."""
        if (found := _EXTENSION.fullmatch(text)) is None:
            return None
        try:
            return Phones(parse_phone(found[1], self._region), f"ext. {found[2]}")
        except GymError:
            return None

    def _among_words(self, text: str) -> Phones | None:
        """`3001110663, mamá 3001110664`: the first number, and the whole cell for the notes.

        None where a word that is no label stands first (it may be somebody else's telephone), or where digits
        are left that are part of no number.
        """
        start = next((place for place, sign in enumerate(text) if sign.isdecimal() or sign in "+("), 0)
        if not re.fullmatch(rf"(?:{_LABEL.pattern})?", unaccented(text[:start]).strip()):
            return None
        found: list[str] = []
        left = _RUN.sub(lambda run: self._numbers(run[0], found), text)
        if not found or re.search(
            "[0-9]", re.sub(r"(?i)\b(?:ext|extensi[oó]n|int|x)\.? ?[0-9]{1,6}\b", "", left)
        ):
            return None
        has_words = any(sign.isalpha() for sign in text[start:])
        others = " / ".join(dict.fromkeys(one for one in found[1:] if one != found[0]))
        return Phones(found[0], text if has_words else others)

    def _numbers(self, run: str, found: list[str]) -> str:
        """Adds what the run of digits holds to `found`, and returns what is left of it."""
        region = self._region
        for parts in ([run], _PIECE.findall(run), re.split(r" {2,}| - ", run)):
            try:
                numbers = [parse_phone(part, region) for part in parts]
            except GymError:
                continue
            if numbers and sum(map(_digits, parts)) == _digits(run):
                found += numbers
                return ""
        return run


def _digits(text: str) -> int:
    return sum(sign.isdecimal() for sign in text)
