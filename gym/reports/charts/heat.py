"""Drawing of a heat map: a value in every field, coloured by how large it is."""

from __future__ import annotations

from typing import Final

from gym.reports.charts.canvas import EDGE, WIDTH, PixelCanvas, is_dark, mixed, width_of
from gym.reports.charts.heading import Heading
from gym.reports.charts.shapes import HeatCell, HeatMap, Theme

FIELD: Final = 62
"""Pixels of a row."""
HEAD: Final = 56
GAP: Final = 5
HOTTEST: Final = 0.85
"""From here on a value is bold."""
ON_DARK: Final = "#ffffff"
ON_LIGHT: Final = "#0d1b2e"


def draw_heat_map(shown: HeatMap, theme: Theme) -> bytes:
    """PNG, 1080 pixels wide and as high as there are rows."""
    heading = Heading.of(shown.title, shown.subtitle)
    canvas = PixelCanvas(heading.height + HEAD + FIELD * len(shown.rows) + EDGE, theme)
    heading.draw(canvas)
    left = EDGE + max([0.0, *(width_of(label) for label, _ in shown.rows)]) + 22
    step = (WIDTH - EDGE - left) / max(1, len(shown.columns))
    for place, label in enumerate(shown.columns):
        x = left + step * (place + 0.5)
        canvas.text(x, heading.height + 32, label, colour=canvas.colours.dim, across="center")
    for line, (label, cells) in enumerate(shown.rows):
        y = heading.height + HEAD + FIELD * line
        canvas.text(
            left - 22, y + FIELD / 2, label, colour=canvas.colours.dim, across="right", upright="center"
        )
        for place, cell in enumerate(cells):
            if cell is not None:
                _draw_cell(canvas, cell, left + step * place, y, step)
    return canvas.png()


def _draw_cell(canvas: PixelCanvas, cell: HeatCell, x: float, y: float, width: float) -> None:
    colour = mixed(canvas.colours.cold, canvas.colours.hot, cell.heat)
    canvas.bar(x + GAP / 2, y + GAP / 2, width - GAP, FIELD - GAP, colour, radius=10)
    if cell.text:
        ink, loud = ON_DARK if is_dark(colour) else ON_LIGHT, cell.heat > HOTTEST
        middle = (x + width / 2, y + FIELD / 2)
        canvas.text(*middle, cell.text, colour=ink, across="center", upright="center", bold=loud)
