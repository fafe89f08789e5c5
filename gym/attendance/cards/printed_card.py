"""Printed cards: a member's QR in a wallet's size, alone or as a sheet to cut.

Slow: call it in a thread. Matplotlib takes a second to load, so this module is imported only where somebody
asks for a card.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import segno
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from gym.core.language import N_, Translator
from gym.core.text_layout import DRAWING, POINT, drawable, fitting, font, wrapped

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
A4: Final = (210.0, 297.0)
COLUMNS, ROWS = 2, 5
GAP: Final = 4.0
INK: Final = "#1d2330"
FAINT: Final = "#6b7280"
HOW: Final = N_("Show this side to the kiosk.")
LOST: Final = N_("Lost it? Tell the desk and it stops working at once.")


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What stands on one: the member's first name, and the link that its QR holds."""

    first_name: str
    link: str


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet of paper in millimetres from its upper left corner."""

    figure: Figure
    width: float
    height: float

    @classmethod
    def of(cls, width: float, height: float) -> _Page:
        return cls(Figure(figsize=(width / 25.4, height / 25.4), facecolor="white"), width, height)

    def write(self, text: str, x: float, y: float, size: float, colour: str, *, bold: bool = False) -> None:
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            text,
            color=colour,
            fontproperties=font(size, bold),
            verticalalignment="baseline",
            parse_math=False,
        )

    def fill(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        corner = (x / self.width, 1 - (y + height) / self.height)
        size = (width / self.width, height / self.height)
        self.figure.add_artist(Rectangle(corner, *size, facecolor=colour, edgecolor="none", linewidth=0))

    def line(self, x: float, y: float, dx: float, dy: float) -> None:
        xs, ys = (x / self.width, (x + dx) / self.width), (1 - y / self.height, 1 - (y + dy) / self.height)
        self.figure.add_artist(Line2D(xs, ys, color="#9ca3af", linewidth=0.4))


def draw_card(card: PrintedCard, gym_name: str, made_at: datetime, t: Translator) -> bytes:
    """A PDF of one page as large as the card. `t` speaks the member's language and escapes nothing."""
    with DRAWING, rc_context({"pdf.fonttype": 42}):
        return _as_pdf([lay_out(card, gym_name, t)], gym_name, made_at)


def draw_sheets(
    cards: Sequence[PrintedCard], gym_name: str, made_at: datetime, translators: Sequence[Translator]
) -> bytes:
    """A4 sheets of ten cards each with marks to cut along; each card in its own member's language."""
    with DRAWING, rc_context({"pdf.fonttype": 42}):
        return _as_pdf(lay_out_sheets(cards, gym_name, translators), gym_name, made_at)


def lay_out(card: PrintedCard, gym_name: str, t: Translator) -> Figure:
    """The card with everything in its place."""
    page = _Page.of(WIDTH, HEIGHT)
    _draw(page, 0, 0, card, gym_name, t)
    return page.figure


def lay_out_sheets(
    cards: Sequence[PrintedCard], gym_name: str, translators: Sequence[Translator]
) -> list[Figure]:
    """The sheets with every card in its place."""
    pages: list[_Page] = []
    for number, (card, t) in enumerate(zip(cards, translators, strict=True)):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            pages.append(_Page.of(*A4))
        x, y = _corner(place)
        _draw(pages[-1], x, y, card, gym_name, t)
        _cut_marks(pages[-1], x, y)
    return [page.figure for page in pages]


def _corner(place: int) -> tuple[float, float]:
    left = (A4[0] - COLUMNS * WIDTH - (COLUMNS - 1) * GAP) / 2
    top = (A4[1] - ROWS * HEIGHT - (ROWS - 1) * GAP) / 2
    return left + place % COLUMNS * (WIDTH + GAP), top + place // COLUMNS * (HEIGHT + GAP)


def _as_pdf(figures: Sequence[Figure], gym_name: str, made_at: datetime) -> bytes:
    data = io.BytesIO()
    metadata = {"Title": gym_name, "Author": gym_name, "Creator": "PowerGym", "CreationDate": made_at}
    with PdfPages(data, metadata=metadata) as pdf:
        for figure in figures:
            FigureCanvasPdf(figure)
            pdf.savefig(figure)
    return data.getvalue()


def _draw(page: _Page, x: float, y: float, card: PrintedCard, gym_name: str, t: Translator) -> None:
    page.fill(x, y, WIDTH, BAND, INK)
    title = drawable(gym_name)
    page.write(title, x + EDGE, y + 6.2, fitting(title, WIDTH - 2 * EDGE, 13), "white", bold=True)
    _qr(page, x + WIDTH - QR_SIDE - EDGE / 2, y + BAND + (HEIGHT - BAND - QR_SIDE) / 2, card.link)
    name = drawable(card.first_name)
    size = max(fitting(name, WORDS, 17), 9.0)
    below = y + BAND + 3
    for text, height, colour, bold in _words(name, size, t):
        below += height * POINT * 1.3
        page.write(text, x + EDGE, below, height, colour, bold=bold)


def _words(name: str, size: float, t: Translator) -> Iterator[tuple[str, float, str, bool]]:
    """Text, size, colour, and whether it is bold, line by line."""
    for line in wrapped(name, WORDS, size, True)[:2]:
        yield line, size, INK, True
    yield "", 5.0, INK, False
    for sentence, height, colour in ((HOW, 8.0, INK), (LOST, 6.5, FAINT)):
        for line in wrapped(t(sentence), WORDS, height):
            yield line, height, colour, False
        yield "", 4.0, INK, False


def _qr(page: _Page, x: float, y: float, link: str) -> None:
    """As one path, which a printer draws as sharply as it can: the runs of dark modules of each row."""
    rows = np.array(segno.make(link, error="m", micro=False).matrix, np.int8)
    module = QR_SIDE / (len(rows) + 2 * QUIET)
    boxes = [
        (QUIET + begin, QUIET + down, QUIET + end)
        for down, row in enumerate(rows)
        for begin, end in _runs(row)
    ]
    corners = np.array([_outline(*box) for box in boxes]).reshape(-1, 2) * module + (x, y)
    corners = corners / (page.width, -page.height) + (0, 1)
    codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(boxes))
    page.figure.add_artist(PathPatch(Path(corners, codes), facecolor="black", edgecolor="none", linewidth=0))


def _runs(row: NDArray[np.int8]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(row, prepend=0, append=0))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _outline(left: int, top: int, right: int) -> list[tuple[float, float]]:
    """A hair higher than a module, so that no light line shows between the rows."""
    bottom = top + 1.02
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _cut_marks(page: _Page, x: float, y: float) -> None:
    reach = GAP / 2 - 0.5
    for corner_x, outward_x in ((x, -1), (x + WIDTH, 1)):
        for corner_y, outward_y in ((y, -1), (y + HEIGHT, 1)):
            page.line(corner_x + outward_x * 0.5, corner_y, outward_x * reach, 0)
            page.line(corner_x, corner_y + outward_y * 0.5, 0, outward_y * reach)
