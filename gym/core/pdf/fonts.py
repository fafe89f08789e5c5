"""Font files for PDF documents: coverage, fallback by letter, transliteration of what no font has.

DejaVu Sans comes with matplotlib and has Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and Georgian. Other
scripts are printed with the fonts of the machine (Debian: fonts-noto-core, fonts-noto-cjk), in Latin letters
without them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from anyascii import anyascii
from uharfbuzz import Blob, Face, SubsetInput, subset  # pyright: ignore[reportAttributeAccessIssue]

BASE: Final = "dejavu"
"""The family of the base fonts, in regular and bold."""
INSTALLED: Final = (
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSans*-Regular.ttf",
    "NotoSans*[[]*wght*].ttf",
    "DroidSansFallback*.ttf",
    "wqy-zenhei.ttc",
    "Arial Unicode.ttf",
    "unifont*.otf",
)
"""Files of the machine in the order in which a letter is looked for."""
FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
MISSING: Final = "□"
"""Stands for a letter that no font has and that cannot be transliterated."""
JOINERS: Final = "\u200c\u200d"
"""They choose the forms of Persian and Indic letters; every other format character is left out, since an
override of the direction could make a name or an amount read as another one."""


@dataclass(frozen=True, slots=True)
class FontFile:
    family: str
    path: Path

    def letters(self) -> frozenset[int]:
        """The code points that it has a glyph for; none where the file is no font."""
        return _letters(self.path)

    def subset(self, letters: Iterable[str]) -> bytes:
        """A font of a few kilobytes with these letters, their joined forms and ligatures; 1 to 8 ms."""
        face = _face(self.path)
        wanted = SubsetInput()
        wanted.unicode_set.update(ord(letter) for letter in letters)
        wanted.pin_all_axes_to_default(face)
        return bytes(subset(face, wanted).blob.data)


def base_fonts() -> tuple[FontFile, FontFile]:
    """Regular and bold. The folder is found without importing matplotlib, which takes a second."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("matplotlib, which carries the DejaVu fonts, is not installed")
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    return FontFile(BASE, folder / "DejaVuSans.ttf"), FontFile(BASE, folder / "DejaVuSans-Bold.ttf")


def fallbacks(letters: Iterable[str]) -> list[FontFile]:
    """The installed fonts that printable letters need beside the base fonts."""
    needed = {font_of(letter) for letter in letters}
    regular, _ = base_fonts()
    return sorted((font for font in needed if font not in (None, regular)), key=lambda font: font.family)


def printable(text: str) -> str:
    """One line; a letter that no font has is transliterated, or else marked, and a sign is left out."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(letter if _is_printable(letter) else _instead_of(letter) for letter in composed)


def _is_printable(letter: str) -> bool:
    if unicodedata.category(letter)[0] == "C" and letter not in JOINERS:
        return False
    return font_of(letter) is not None


def _instead_of(letter: str) -> str:
    kind = unicodedata.category(letter)[0]
    if kind not in "LMNP":
        return ""
    latin = anyascii(letter)
    return MISSING if kind in "LN" and latin in ("", "?") else latin


@cache
def font_of(letter: str) -> FontFile | None:
    """The first font that has the letter."""
    code = ord(letter)
    return next((font for font in _in_order() if code in font.letters()), None)


def _in_order() -> Iterator[FontFile]:
    """Lazily: the machine's fonts are searched for when a letter is not in the base font."""
    yield base_fonts()[0]
    yield from _installed()


@cache
def _installed() -> tuple[FontFile, ...]:
    found = [path for folder in FOLDERS for path in Path(folder).expanduser().rglob("*.[to]t[fc]")]
    ranked = sorted((_rank(path), path.name, path) for path in found if _rank(path) < len(INSTALLED))
    return tuple(FontFile(f"installed {number}", path) for number, (_, _, path) in enumerate(ranked))


def _rank(path: Path) -> int:
    matching = (number for number, pattern in enumerate(INSTALLED) if fnmatchcase(path.name, pattern))
    return next(matching, len(INSTALLED))


@cache
def _letters(path: Path) -> frozenset[int]:
    return frozenset(_face(path).unicodes)


def _face(path: Path) -> Any:
    """The first font of the file, mapped into memory."""
    return Face(Blob.from_file_path(str(path)))
