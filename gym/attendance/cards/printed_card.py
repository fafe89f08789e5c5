"""Printed cards: a member's QR in a wallet's size as a PDF, alone or as a sheet to cut.

Slow: call it in a thread. fpdf2 takes half a second to load, so this module is imported only where
somebody asks for a card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

import segno
from fpdf import FPDF

from gym.core.language import N_, Translator
from gym.core.pdf.document import (
    FAINT,
    INK,
    POINT,
    DocumentInfo,
    TextStyle,
    fitting,
    new_document,
    wrapped,
    write,
)

WIDTH: Final = 85.6
HEIGHT: Final = 54.0
"""Millimetres, ISO/IEC 7810 ID-1: what fits into a wallet and a card printer."""
QR_SIDE: Final = 41.0
QUIET: Final = 4
"""Light modules around a QR, as its standard asks."""
EDGE: Final = 4.0
BAND: Final = 9.0
"""The gym's name stands on a band of this height."""
WORDS: Final = WIDTH - QR_SIDE - 3 * EDGE + 1
"""Millimetres for the words beside the QR."""
LEADING: Final = 1.3
A4: Final = (210.0, 297.0)
COLUMNS, ROWS = 2, 5
GAP: Final = 4.0
CUTS: Final = "#9ca3af"
GYM: Final = TextStyle(13, bold=True, colour="#ffffff")
NAME: Final = TextStyle(17, bold=True)
SMALLEST_NAME: Final = TextStyle(9, bold=True)
HOW: Final = N_("Show this side to the kiosk.")
LOST: Final = N_("Lost it? Tell the desk and it stops working at once.")


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What stands on one: the member's first name, and the link that its QR holds."""

    first_name: str
    link: str


def draw_card(card: PrintedCard, gym_name: str, made_at: datetime, t: Translator) -> bytes:
    """A PDF of one page as large as the card. `t` speaks the member's language and escapes nothing."""
    with _document([card], gym_name, made_at, [t]) as pdf:
        pdf.add_page(format=(WIDTH, HEIGHT))
        _draw(pdf, 0, 0, card, gym_name, t)
        return bytes(pdf.output())


def draw_sheets(
    cards: Sequence[PrintedCard], gym_name: str, made_at: datetime, translators: Sequence[Translator]
) -> bytes:
    """A4 sheets of ten cards each with marks to cut along; each card in its own member's language."""
    with _document(cards, gym_name, made_at, translators) as pdf:
        for number, (card, t) in enumerate(zip(cards, translators, strict=True)):
            place = number % (COLUMNS * ROWS)
            if place == 0:
                pdf.add_page(format=A4)
            x, y = _corner(place)
            _draw(pdf, x, y, card, gym_name, t)
            _cut_marks(pdf, x, y)
        return bytes(pdf.output())


def _document(
    cards: Sequence[PrintedCard], gym_name: str, made_at: datetime, translators: Sequence[Translator]
) -> AbstractContextManager[FPDF]:
    texts = [gym_name, *(card.first_name for card in cards)]
    texts += [t(sentence) for t in translators for sentence in (HOW, LOST)]
    return new_document(DocumentInfo(gym_name, gym_name, made_at, translators[0].language), texts)


def _corner(place: int) -> tuple[float, float]:
    left = (A4[0] - COLUMNS * WIDTH - (COLUMNS - 1) * GAP) / 2
    top = (A4[1] - ROWS * HEIGHT - (ROWS - 1) * GAP) / 2
    return left + place % COLUMNS * (WIDTH + GAP), top + place // COLUMNS * (HEIGHT + GAP)


def _draw(pdf: FPDF, x: float, y: float, card: PrintedCard, gym_name: str, t: Translator) -> None:
    pdf.set_fill_color(INK)
    pdf.rect(x, y, WIDTH, BAND, style="F")
    room = WIDTH - 2 * EDGE
    write(pdf, gym_name, x + EDGE, room, y + 6.2, fitting(pdf, gym_name, room, GYM))
    _qr(pdf, x + WIDTH - QR_SIDE - EDGE / 2, y + BAND + (HEIGHT - BAND - QR_SIDE) / 2, card.link)
    below = y + BAND + 3
    for text, style in _words(pdf, card.first_name, t):
        below += style.size * POINT * LEADING
        write(pdf, text, x + EDGE, WORDS, below, style)


def _words(pdf: FPDF, name: str, t: Translator) -> Iterator[tuple[str, TextStyle]]:
    """Text and style, line by line; of a very long name two lines."""
    style = max(fitting(pdf, name, WORDS, NAME), SMALLEST_NAME, key=lambda one: one.size)
    for line in wrapped(pdf, name, WORDS, style)[:2]:
        yield line, style
    yield "", TextStyle(5)
    for sentence, style in ((HOW, TextStyle(8)), (LOST, TextStyle(6.5, colour=FAINT))):
        for line in wrapped(pdf, t(sentence), WORDS, style):
            yield line, style
        yield "", TextStyle(4)


def _qr(pdf: FPDF, x: float, y: float, link: str) -> None:
    """As vectors, which a printer draws as sharply as it can: the runs of dark modules of each row."""
    rows = segno.make(link, error="m", micro=False).matrix
    module = QR_SIDE / (len(rows) + 2 * QUIET)
    pdf.set_fill_color(0)
    for down, row in enumerate(rows):
        for begin, length in _dark_runs(row):
            left, top = x + (QUIET + begin) * module, y + (QUIET + down) * module
            # A hair higher than a module, so that no light line shows between the rows.
            pdf.rect(left, top, length * module, 1.02 * module, style="F")


def _dark_runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how many there are."""
    for is_dark, run in groupby(enumerate(row), key=lambda one: one[1] == 1):
        modules = list(run)
        if is_dark:
            yield modules[0][0], len(modules)


def _cut_marks(pdf: FPDF, x: float, y: float) -> None:
    reach = GAP / 2 - 0.5
    pdf.set_draw_color(CUTS)
    pdf.set_line_width(0.4 * POINT)
    for corner_x, outward_x in ((x, -1), (x + WIDTH, 1)):
        for corner_y, outward_y in ((y, -1), (y + HEIGHT, 1)):
            begin_x, begin_y = corner_x + outward_x * 0.5, corner_y + outward_y * 0.5
            pdf.line(begin_x, corner_y, begin_x + outward_x * reach, corner_y)
            pdf.line(corner_x, begin_y, corner_x, begin_y + outward_y * reach)
