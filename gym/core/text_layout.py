"""Letters on paper: which font has them, how wide they are, where a line breaks. Slow: call it in a thread.

Matplotlib takes a second to load, so this module is imported only where somebody asks for a paper.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.textpath import TextToPath

FAMILIES: Final = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Droid Sans Fallback",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
    "Unifont",
)
"""Fonts in the order in which a letter is looked for. The first comes with matplotlib and has Latin, Greek,
Cyrillic, Arabic, Hebrew, Armenian and Georgian; the others are used where they are installed."""
MISSING: Final = "□"
"""Stands for a letter that no font here has."""

POINT: Final = 25.4 / 72
"""Millimetres in a typographic point."""
DRAWING: Final = threading.Lock()
"""Matplotlib's settings belong to the whole process, so one paper is drawn at a time."""


def wrapped(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """Lines no wider than `room` millimetres; a word that is wider is broken."""
    lines: list[str] = []
    for word in drawable(text).split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size, bold) <= room:
            lines[-1] = joined
        else:
            lines += _broken(word, room, size, bold)
    return lines or [""]


def _broken(word: str, room: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, bold) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def drawable(text: str) -> str:
    """The text with what no font has left out, if it is a sign, or marked, if it is a letter."""
    known = _letters()
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    kept = [letter if ord(letter) in known else _instead(letter) for letter in composed]
    return "".join(kept)


def _instead(letter: str) -> str:
    return MISSING if unicodedata.category(letter)[0] in "LN" else ""


def fitting(text: str, room: float, size: float) -> float:
    """The size, or the largest smaller one, at which a bold text takes no more than `room`."""
    return min(size, size * room / max(width(text, size, bold=True), 1))


def width(text: str, size: float, bold: bool) -> float:
    wide, _, _ = TextToPath().get_text_width_height_descent(text, font(size, bold), ismath=False)
    return wide * POINT


def font(size: float, bold: bool = False) -> FontProperties:
    return FontProperties(family=_families(), size=size, weight="bold" if bold else "normal")


@cache
def _families() -> list[str]:
    installed = {one.name for one in fontManager.ttflist}
    return [name for name in FAMILIES if name in installed]


@cache
def _letters() -> frozenset[int]:
    """The code points that can be drawn."""
    found: set[int] = set()
    for name in _families():
        path = fontManager.findfont(FontProperties(family=[name]), fallback_to_default=False)
        found.update(get_font(path).get_charmap())
    return frozenset(found | {ord(" ")})
