"""Encodings of text files: UTF-8, UTF-16, and the single-byte ones of older machines."""

from __future__ import annotations

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

from gym.importing.errors import ImportUnreadable
from gym.importing.reading.formats.cells import LOST

OLD: Final = ("cp1252", "cp850", "mac_roman")
"""Of Windows, of DOS, and of the Macintosh; where letters cannot tell, Windows is likelier."""
USUAL: Final = frozenset("áéíóúüñàèìòùâêîôûãõçäöëïßÁÉÍÓÚÜÑÀÈÌÒÙÂÊÎÔÛÃÕÇÄÖËÏºª°¿¡’‘“”´«»€")
"""What stands in Spanish, Portuguese, English, French and German text beside plain letters."""
MOST: Final = 0.7
"""Share of letters beyond ASCII that must be usual ones for one of these encodings to be taken."""
SAMPLE: Final = 20_000
"""Bytes that are enough to tell one old encoding from another."""


def decoded(data: bytes) -> str:
    """The file's text; a byte that is no letter becomes U+FFFD. Raises `ImportUnreadable`."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    if (wide := _without_mark(data)) is not None:
        return data.decode(wide, errors="replace")
    if b"\0" in data:
        raise ImportUnreadable
    text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
    lost = text.count(LOST)
    if not lost or data.startswith(codecs.BOM_UTF8) or lost < _right_letters(text):
        return text
    return data.decode(_old(data), errors="replace")


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: every second byte of plain letters is zero."""
    head = data[:2000]
    half = len(head) // 4
    if half and head[1::2].count(0) > half and not head[::2].count(0):
        return "utf-16-le"
    if half and head[::2].count(0) > half and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _right_letters(text: str) -> int:
    return sum(sign > "\x7f" and sign != LOST for sign in text)


def _old(data: bytes) -> str:
    """The one in which most signs are usual letters; for other scripts, what the library makes of it."""
    lines = [line for line in re.split(rb"[\r\n]+", data) if any(byte > 0x7F for byte in line)]
    sample = b"\n".join(lines)[:SAMPLE]
    signs = sum(byte > 0x7F for byte in sample)
    usual = {name: _usual(sample.decode(name, errors="replace")) for name in OLD}
    best = max(OLD, key=lambda name: usual[name])
    if usual[best] >= MOST * signs:
        return best
    found = from_bytes(sample).best()
    return found.encoding if found is not None else best


def _usual(text: str) -> int:
    """Three such letters side by side do not stand in Latin script; they do in another that is misread."""
    runs = re.findall(r"(?<![^\0-\x7f])[^\0-\x7f]{1,2}(?![^\0-\x7f])", text)
    return sum(sign in USUAL for run in runs for sign in run)
