"""PDF documents as a reader has them: sizes, text, fonts and glyphs of their pages, and their picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from gym.core.pdf import fonts
from gym.core.pdf.document import POINT


@dataclass(frozen=True, slots=True)
class Glyph:
    """A drawn letter and its ink in millimetres from the page's upper left corner."""

    letter: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    width: float
    height: float
    """Millimetres."""
    text: str
    """As it is copied, with single spaces."""
    glyphs: Sequence[Glyph]
    fonts: frozenset[str]
    """Names of the fonts that letters are drawn with."""
    embedded: bool
    """Whether every one of them is in the file."""

    def place(self, words: str) -> Sequence[Glyph]:
        """The glyphs of some words without spaces."""
        spelt = "".join(glyph.letter for glyph in self.glyphs)
        at = spelt.index(words)
        return self.glyphs[at : at + len(words)]


def pages(data: bytes) -> list[Page]:
    with pdfium.PdfDocument(data) as document:
        return [_page(page) for page in document]


def _page(page: pdfium.PdfPage) -> Page:
    text = page.get_textpage()
    objects = list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], textpage=text))
    used = [one.get_font() for one in objects]
    return Page(
        width=round(page.get_width() * POINT, 1),
        height=round(page.get_height() * POINT, 1),
        text=" ".join(text.get_text_bounded().split()),
        glyphs=[
            _glyph(page, text, number) for number in range(text.count_chars()) if _is_drawn(text, number)
        ],
        fonts=frozenset(font.get_base_name() for font in used),
        embedded=all(font.is_embedded for font in used),
    )


def _is_drawn(text: pdfium.PdfTextPage, number: int) -> bool:
    return not pdfium_c.FPDFText_IsGenerated(text, number) and _letter(text, number).strip() != ""


def _letter(text: pdfium.PdfTextPage, number: int) -> str:
    return chr(pdfium_c.FPDFText_GetUnicode(text, number))


def _glyph(page: pdfium.PdfPage, text: pdfium.PdfTextPage, number: int) -> Glyph:
    left, bottom, right, top = text.get_charbox(number)
    height = page.get_height()
    return Glyph(
        _letter(text, number), left * POINT, (height - top) * POINT, right * POINT, (height - bottom) * POINT
    )


def picture(data: bytes, number: int = 0, dots_per_inch: int = 150) -> np.ndarray:
    """A page as a printer, or a camera, has it: grey, 0 is black."""
    with pdfium.PdfDocument(data) as document:
        pixels = document[number].render(scale=dots_per_inch / 72).to_numpy()
        return cv2.cvtColor(np.asarray(pixels), cv2.COLOR_BGR2GRAY)


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@contextmanager
def only_fonts_of(*folders: Path) -> Iterator[None]:
    """As if the machine had the fonts of these folders, beside the base fonts, and no others."""
    with patch.object(fonts, "FOLDERS", tuple(str(folder) for folder in folders)):
        _forget_fonts()
        yield
    _forget_fonts()


def _forget_fonts() -> None:
    fonts.font_of.cache_clear()
    fonts._installed.cache_clear()
