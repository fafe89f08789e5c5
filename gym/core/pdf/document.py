"""PDF documents of few words, in millimetres from the upper left corner: fonts, styles, line breaks.

Slow (40 to 80 ms): call it in a thread. fpdf2 orders right-to-left runs and shapes them with HarfBuzz.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue
from fpdf.fonts import TTFFont

from gym.core.pdf.fonts import BASE, base_fonts, fallbacks, printable

INK: Final = "#1d2330"
FAINT: Final = "#6b7280"
POINT: Final = 25.4 / 72
"""Millimetres in a typographic point."""
DRAWING: Final = threading.Lock()
"""One document is drawn at a time: drawing is Python all the way, and each thread that draws takes the
interpreter from the event loop for 5 ms at a time. With ten at once the loop was 38 ms late, with one 8."""
ASCENT: Final = 0.8
"""Of the size: how far fpdf2 puts the baseline below the top of a cell."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    size: float
    """Typographic points."""
    bold: bool = False
    colour: str = INK


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What a reader's "Properties" shows; the same instant makes the same bytes."""

    title: str
    author: str
    made_at: datetime
    language: str


@contextmanager
def new_document(info: DocumentInfo, texts: Iterable[str]) -> Generator[FPDF]:
    """Without a page; `output` it inside. `texts` are all that it will hold: no other letters are loaded."""
    with DRAWING, TemporaryDirectory(prefix="powergym-fonts-") as folder:
        pdf = _blank(info)
        with _fonts_closed(pdf):
            _load_fonts(pdf, {letter for text in texts for letter in printable(text)} | {" "}, Path(folder))
            yield pdf


def _blank(info: DocumentInfo) -> FPDF:
    pdf = FPDF(unit="mm")
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_auto_page_break(False)
    # Somebody's "{nb}" is no number of pages.
    pdf.alias_nb_pages("")
    pdf.set_title(info.title)
    pdf.set_author(info.author)
    pdf.set_creator("PowerGym")
    pdf.set_creation_date(info.made_at)
    pdf.set_lang(info.language)
    return pdf


@contextmanager
def _fonts_closed(pdf: FPDF) -> Generator[None]:
    """fpdf2 closes the font files at the output only, which a layout that fails never comes to."""
    try:
        yield
    finally:
        for font in pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()


def _load_fonts(pdf: FPDF, letters: set[str], folder: Path) -> None:
    regular, bold = base_fonts()
    others = fallbacks(letters)
    styles = [(regular, ""), (bold, "B"), *((font, "") for font in others)]
    for number, (font, style) in enumerate(styles):
        # fpdf2 parses and subsets a whole font, in Python and for each document: 100 ms with DejaVu, 800
        # with a CJK font. HarfBuzz does it in 1 to 8. fpdf2 takes only files and reads them until the output.
        path = folder / f"{number}.ttf"
        path.write_bytes(font.subset(letters))
        pdf.add_font(font.family, style, path)
    # A letter that the bold font lacks is taken from the regular one.
    pdf.set_fallback_fonts([BASE, *(font.family for font in others)], exact_match=False)


def wrapped(pdf: FPDF, text: str, room: float, style: TextStyle) -> list[str]:
    """Lines no wider than `room` millimetres, broken between words or in a wider one. A page is open."""
    shown = _selected(pdf, text, style)
    lines = pdf.multi_cell(room, text=shown, dry_run=True, output=MethodReturnValue.LINES)
    return cast(list[str], lines)


def fitting(pdf: FPDF, text: str, room: float, style: TextStyle) -> TextStyle:
    """The style, or the same in the largest smaller size at which the text takes no more than `room`."""
    shown = _selected(pdf, text, style)
    return replace(style, size=min(style.size, style.size * room / max(pdf.get_string_width(shown), 1)))


def write(
    pdf: FPDF, text: str, left: float, width: float, baseline: float, style: TextStyle, align: Align = Align.L
) -> None:
    """One line, aligned between `left` and `left + width`."""
    shown = _selected(pdf, text, style)
    pdf.set_xy(left, baseline - ASCENT * style.size * POINT)
    pdf.cell(width, text=shown, align=align)


def _selected(pdf: FPDF, text: str, style: TextStyle) -> str:
    """The text as it can be printed; font, size, colour and shaping are set for it."""
    shown = printable(text)
    pdf.set_font(BASE, "B" if style.bold else "", style.size)
    pdf.set_text_color(style.colour)
    # fpdf2 places each letter of a shaped text for itself, of which readers copy and search the spaces badly.
    pdf.set_text_shaping(any(_needs_shaping(letter) for letter in shown))
    return shown


def _needs_shaping(letter: str) -> bool:
    """Marks stand at other letters, and letters that run from right to left are put in order or joined."""
    return unicodedata.category(letter)[0] == "M" or unicodedata.bidirectional(letter) in ("R", "AL")
