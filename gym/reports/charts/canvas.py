"""A picture counted in pixels from its upper left corner, with the gym's colours; Matplotlib draws it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Polygon

from gym.reports.charts.shapes import Theme, Tone

WIDTH: Final = 1080
EDGE: Final = 56
"""Empty pixels at the left and the right."""
LETTERS: Final = 30
"""Height of the smallest letters: a phone shows the picture at a third of its size."""
TITLE: Final = 50
SUBTITLE: Final = 32
_DPI: Final = 100
_POINT: Final = 72 / _DPI
"""Points a pixel."""
FONT: Final = "DejaVu Sans"

Across = Literal["left", "center", "right"]
Upright = Literal["top", "center", "bottom", "baseline"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The kiosk's and the pages' colours, on a dark ground and a light one."""

    ground: str
    ink: str
    dim: str
    line: str
    pale: str
    """The period before, as an area."""
    behind: str
    """The period before, as a line."""
    plain: str
    good: str
    bad: str
    quiet: str
    cold: str
    hot: str

    def of(self, tone: Tone) -> str:
        return {
            Tone.PLAIN: self.plain,
            Tone.GOOD: self.good,
            Tone.BAD: self.bad,
            Tone.QUIET: self.quiet,
        }[tone]


PALETTES: Final = {
    Theme.LIGHT: Palette(
        ground="#ffffff",
        ink="#0d1b2e",
        dim="#566579",
        line="#d5dde8",
        pale="#d3e0fa",
        behind="#a9c3f5",
        plain="#2f6fec",
        good="#178a52",
        bad="#d33a57",
        quiet="#a9b6c6",
        cold="#eef3fd",
        hot="#1b4fc4",
    ),
    Theme.DARK: Palette(
        ground="#0d1117",
        ink="#f4f7fb",
        dim="#aab6c5",
        line="#2f3b4c",
        pale="#2a3d63",
        behind="#3f5c94",
        plain="#6ea0ff",
        good="#3fbf74",
        bad="#f0728a",
        quiet="#5c6a7d",
        cold="#161f2e",
        hot="#7fadff",
    ),
}


class PixelCanvas:
    """Made for one picture; nothing of pyplot's global state is touched."""

    def __init__(self, height: int, theme: Theme) -> None:
        self.height = height
        self.colours = PALETTES[theme]
        figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=self.colours.ground)
        self._canvas = FigureCanvasAgg(figure)
        self._axes = figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(height, 0)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = LETTERS,
        colour: str | None = None,
        bold: bool = False,
        across: Across = "left",
        upright: Upright = "baseline",
    ) -> None:
        """Words at a point; `$` is an amount's sign, not a formula's."""
        self._axes.text(
            x,
            y,
            words,
            fontsize=size * _POINT,
            color=colour or self.colours.ink,
            fontweight="bold" if bold else "normal",
            family=FONT,
            ha=across,
            va=upright,
            parse_math=False,
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 6) -> None:
        """A filled rectangle with round corners; of a very small one nothing but a line is left."""
        height, width = max(height, 2), max(width, 2)
        rounding = min(radius, width / 2, height / 2)
        box = FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle=f"round,pad=0,rounding_size={rounding}",
            facecolor=colour,
            linewidth=0,
        )
        self._axes.add_patch(box)

    def line(self, points: Sequence[tuple[float, float]], colour: str, thickness: float) -> None:
        """A line through points; thickness in pixels."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self._axes.plot(
            xs,
            ys,
            color=colour,
            linewidth=thickness * _POINT,
            solid_capstyle="round",
            solid_joinstyle="round",
        )

    def area(self, points: Sequence[tuple[float, float]], colour: str, strength: float) -> None:
        """A filled outline, by so much of its colour."""
        outline = list(points)
        self._axes.add_patch(Polygon(outline, closed=True, facecolor=colour, alpha=strength, linewidth=0))

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """A point with a rim of the ground around it."""
        self._axes.plot(
            [x],
            [y],
            marker="o",
            markersize=2 * radius * _POINT,
            color=colour,
            markeredgecolor=self.colours.ground,
            markeredgewidth=4 * _POINT,
        )

    def png(self) -> bytes:
        out = io.BytesIO()
        self._canvas.print_png(out)
        return out.getvalue()


_MEASURE: Final = FigureCanvasAgg(Figure(dpi=_DPI)).get_renderer()


def width_of(words: str, size: int = LETTERS, *, bold: bool = False) -> float:
    """How many pixels words are wide."""
    font = FontProperties(family=FONT, size=size * _POINT, weight="bold" if bold else "normal")
    return _MEASURE.get_text_width_height_descent(words, font, ismath=False)[0]


WORD_ENDS: Final = re.compile(r"[ \t\r\n]+")


def wrapped(words: str, size: int, room: float, *, bold: bool = False) -> list[str]:
    """Words in as many lines as they need; a word that is too long alone is cut.

    What a no-break space holds together is one word: a change and its arrow, a number and its sign.
    """
    lines: list[str] = []
    for word in WORD_ENDS.split(words.strip()):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, room, bold=bold))
    return lines


def shortened(words: str, size: int, room: float, *, bold: bool = False) -> str:
    """Words that fit, with an ellipsis where something is left out."""
    if width_of(words, size, bold=bold) <= room:
        return words
    while words and width_of(f"{words}…", size, bold=bold) > room:
        words = words[:-1]
    return f"{words.rstrip()}…"


def mixed(cold: str, hot: str, heat: float) -> str:
    """A colour between two, by how hot it is from 0 to 1."""
    pairs = zip(to_rgb(cold), to_rgb(hot), strict=True)
    red, green, blue = (low + (high - low) * heat for low, high in pairs)
    return to_hex((red, green, blue))


def is_dark(colour: str) -> bool:
    """Whether light letters are read better on it (WCAG's relative luminance)."""
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.22
