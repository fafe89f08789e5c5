"""A receipt as a PDF, as wide as a till's paper and as long as it needs to be.

Pure, slow: call it in a thread. fpdf2 takes half a second to load, so this module is imported only
where somebody asks for a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align

from gym.core.language import Translator
from gym.core.pdf.document import FAINT, POINT, DocumentInfo, TextStyle, fitting, new_document, wrapped, write
from gym.payments.receipts.wording import Paper, worded, worded_together
from gym.payments.schemas import JointPart, Receipt
from gym.settings.schemas import GymSettings

WIDTH: Final = 105.0
MARGIN: Final = 10.0
INNER: Final = WIDTH - 2 * MARGIN
VALUES: Final = INNER * 0.66
"""Millimetres: the paper, its edges, what is between them, and how far a value may reach to the left."""
LEADING: Final = 1.35
"""Distance of two baselines, in sizes of the text."""
TOOTH: Final = 2.2
TEETH: Final = 35
"""Height in millimetres and number of the teeth at the torn ends of the roll."""
TILT: Final = 24.0
"""Degrees, of the stamp."""

GREEN: Final = "#15803d"
RED: Final = "#b91c1c"
TORN: Final = "#e5e7eb"
DASHES: Final = "#9ca3af"

HEADING: Final = TextStyle(16, bold=True)
TITLE: Final = TextStyle(11, bold=True)
SMALL: Final = TextStyle(8.5, colour=FAINT)
REMARK: Final = TextStyle(8, colour=FAINT)
ROW: Final = TextStyle(9)
TOTAL: Final = TextStyle(17, bold=True)
OWED: Final = TextStyle(11, bold=True, colour=RED)
SETTLED: Final = TextStyle(9, bold=True, colour=GREEN)
STAMP: Final = TextStyle(44, bold=True, colour=RED)


def draw_receipt(receipt: Receipt, settings: GymSettings, t: Translator) -> bytes:
    """One page; the same facts, the same bytes. `t` speaks the client's language and escapes nothing."""
    return draw_paper(worded(receipt, settings, t), receipt.at, settings, t)


def draw_together(parts: Sequence[JointPart], settings: GymSettings, t: Translator) -> bytes:
    """One page for payments that were taken at once; one of them alone looks as it always does."""
    alone = parts[0] if len(parts) == 1 else None
    if isinstance(alone, Receipt):
        return draw_receipt(alone, settings, t)
    return draw_paper(worded_together(parts, settings, t), parts[0].at, settings, t)


def draw_paper(paper: Paper, at: datetime, settings: GymSettings, t: Translator) -> bytes:
    """What is worded already, on one page."""
    made_at = at.astimezone(settings.zone)
    info = DocumentInfo(paper.title, settings.name, made_at, language=t.language)
    with new_document(info, _texts(paper)) as pdf:
        # Lines are measured on an open page, whose length follows: `add_page` then lays page 1 anew.
        pdf.add_page(format=(WIDTH, WIDTH))
        roll = _written(pdf, paper)
        pdf.page = 0
        pdf.add_page(format=(WIDTH, roll.y + MARGIN))
        _put(pdf, roll)
        if paper.stamp:
            _stamp(pdf, paper.stamp)
        return bytes(pdf.output())


def _texts(paper: Paper) -> Iterator[str]:
    yield from (paper.gym, paper.title, paper.moment, paper.remark, paper.footer, paper.stamp)
    for pair in (*paper.rows, paper.total, paper.rest):
        yield from pair


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of text between the margins: its baseline in millimetres from the top."""

    text: str
    y: float
    style: TextStyle
    align: Align


class _Roll:
    """A roll of paper that is written from the top downwards."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self.y = MARGIN
        self.lines: list[_Line] = []
        self.rules: list[float] = []

    def centred(self, text: str, style: TextStyle) -> None:
        for piece in wrapped(self._pdf, text, INNER, style):
            self._down(style)
            self.lines.append(_Line(piece, self.y, style, Align.C))

    def pair(self, label: str, value: str, style: TextStyle) -> None:
        """A label at the left, a value at the right, which may take several lines."""
        for number, piece in enumerate(wrapped(self._pdf, value, VALUES, style)):
            self._down(style)
            if number == 0:
                small = TextStyle(min(style.size, ROW.size), colour=FAINT)
                self.lines.append(_Line(label, self.y, small, Align.L))
            self.lines.append(_Line(piece, self.y, style, Align.R))

    def gap(self, millimetres: float) -> None:
        self.y += millimetres

    def rule(self) -> None:
        self.gap(3)
        self.rules.append(self.y)
        self.gap(2)

    def _down(self, style: TextStyle) -> None:
        self.y += style.size * LEADING * POINT


def _written(pdf: FPDF, paper: Paper) -> _Roll:
    roll = _Roll(pdf)
    roll.centred(paper.gym, HEADING)
    roll.gap(2)
    roll.centred(paper.title, TITLE)
    roll.centred(paper.moment, SMALL)
    roll.rule()
    for label, value in paper.rows:
        roll.pair(label, value, ROW)
        roll.gap(1)
    roll.rule()
    label, amount = paper.total
    roll.pair(label, amount, fitting(pdf, amount, VALUES, TOTAL))
    roll.gap(1.5)
    label, owed = paper.rest
    roll.pair(label if owed else "", owed or label, OWED if owed else SETTLED)
    if paper.remark:
        roll.gap(1.5)
        roll.centred(paper.remark, REMARK)
    roll.rule()
    for line in paper.footer.splitlines():
        roll.centred(line, SMALL)
    return roll


def _put(pdf: FPDF, roll: _Roll) -> None:
    _torn_edges(pdf)
    for y in roll.rules:
        with pdf.local_context(draw_color=DASHES, line_width=0.8 * POINT, dash_pattern=(0.6, 1.1, 0)):
            pdf.line(MARGIN, y, WIDTH - MARGIN, y)
    for line in roll.lines:
        write(pdf, line.text, MARGIN, INNER, line.y, line.style, line.align)


def _torn_edges(pdf: FPDF) -> None:
    pdf.set_fill_color(TORN)
    for base, tip in ((0.0, TOOTH), (pdf.h, pdf.h - TOOTH)):
        zigzag = [
            (WIDTH * number / TEETH / 2, tip if number % 2 else base) for number in range(2 * TEETH + 1)
        ]
        pdf.polygon(zigzag, style="F")


def _stamp(pdf: FPDF, words: str) -> None:
    """Tilted across the middle, in a frame, so that what lies below can still be read."""
    style = fitting(pdf, words, INNER * 0.75, STAMP)
    middle = pdf.h / 2
    # The capitals' height is 0.73 of the size in DejaVu; half of it below the middle centres them.
    baseline = middle + style.size * POINT * 0.73 / 2
    with (
        pdf.local_context(fill_opacity=0.6, stroke_opacity=0.6, draw_color=RED, line_width=3 * POINT),
        pdf.rotation(TILT, WIDTH / 2, middle),
    ):
        write(pdf, words, 0, WIDTH, baseline, style, Align.C)
        _frame(pdf, words, style)


def _frame(pdf: FPDF, words: str, style: TextStyle) -> None:
    room = style.size * POINT * 0.35
    width = pdf.get_string_width(words) + 2 * room
    height = style.size * POINT * 0.73 + 2 * room
    left, top = (WIDTH - width) / 2, (pdf.h - height) / 2
    pdf.rect(left, top, width, height, style="D", round_corners=True, corner_radius=room)
