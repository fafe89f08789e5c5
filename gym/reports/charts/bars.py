"""Drawings of bars: columns in the order of time, and a ranking of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gym.reports.charts.canvas import EDGE, LETTERS, WIDTH, PixelCanvas, shortened, width_of
from gym.reports.charts.heading import Heading
from gym.reports.charts.shapes import Columns, Mark, Ranking, Theme

TALL: Final = 560
"""Pixels of the highest column."""
FOOT: Final = 88
ABOVE: Final = 56
"""Room for the value above the highest column."""
APART: Final = 14
"""Least pixels between two words."""
ROW: Final = 112
THICK: Final = 34
"""Pixels of a lying bar."""


def draw_columns(shown: Columns, theme: Theme) -> bytes:
    """PNG, 1080 pixels wide."""
    heading = Heading.of(shown.title, shown.subtitle)
    base = heading.height + ABOVE + TALL
    canvas = PixelCanvas(base + FOOT, theme)
    heading.draw(canvas)
    colours, marks = canvas.colours, shown.marks
    step = (WIDTH - 2 * EDGE) / max(1, len(marks))
    top = max([1.0, *(one.value for one in marks), *(one.before or 0 for one in marks)])
    centres = [EDGE + step * (place + 0.5) for place in range(len(marks))]
    wide, narrow = min(step * 0.92, 150), min(step * 0.62, 104)
    for x, one in zip(centres, marks, strict=True):
        if one.before:
            tall = TALL * one.before / top
            canvas.bar(x - wide / 2, base - tall, wide, tall, colours.pale)
        if one.value:
            tall = TALL * one.value / top
            canvas.bar(x - narrow / 2, base - tall, narrow, tall, colours.of(one.tone))
    canvas.line([(EDGE, base + 2), (WIDTH - EDGE, base + 2)], colours.line, 3)
    for place in told_marks(marks, centres):
        one = marks[place]
        x = _within(centres[place], width_of(one.text, bold=True))
        y = base - TALL * one.value / top - 14
        canvas.text(x, y, one.text, bold=True, across="center")
    for place in _labelled(marks, centres):
        x = _within(centres[place], width_of(marks[place].label))
        canvas.text(x, base + 46, marks[place].label, colour=colours.dim, across="center")
    return canvas.png()


def draw_ranking(shown: Ranking, theme: Theme) -> bytes:
    """PNG, 1080 pixels wide and as high as there are names."""
    heading = Heading.of(shown.title, shown.subtitle)
    canvas = PixelCanvas(heading.height + ROW * len(shown.marks) + 24, theme)
    heading.draw(canvas)
    colours, room = canvas.colours, WIDTH - 2 * EDGE
    top = max([1.0, *(abs(one.value) for one in shown.marks), *(one.before or 0 for one in shown.marks)])
    for place, one in enumerate(shown.marks):
        y = heading.height + ROW * place
        beside = width_of(one.text, bold=True)
        canvas.text(EDGE, y + 32, shortened(one.label, LETTERS, room - beside - 2 * APART))
        canvas.text(WIDTH - EDGE, y + 32, one.text, bold=True, across="right")
        if one.before:
            canvas.bar(EDGE, y + 50, room * one.before / top, THICK, colours.pale, radius=8)
        if one.value:
            inset = 7 if one.before else 0
            canvas.bar(
                EDGE,
                y + 50 + inset,
                room * abs(one.value) / top,
                THICK - 2 * inset,
                colours.of(one.tone),
                radius=8,
            )
    return canvas.png()


def told_marks(marks: Sequence[Mark], centres: Sequence[float]) -> list[int]:
    """The columns that bear their value: all where there is room, else peaks, the highest first.

    Of many, a value is wider than its column, so it stands only above one that no neighbour under it tops.
    """
    widths = [width_of(one.text, bold=True) for one in marks]
    order = sorted(range(len(marks)), key=lambda place: (-marks[place].value, place))
    every = _fitting(order, widths, centres)
    if len(every) == len(marks):
        return sorted(every)
    peaks = [
        place
        for place in order
        if all(
            other.value <= marks[place].value
            for other, x in zip(marks, centres, strict=True)
            if abs(x - centres[place]) <= widths[place] / 2 + APART
        )
    ]
    return [place for place in _fitting(peaks, widths, centres, apart=70) if marks[place].value]


def _labelled(marks: Sequence[Mark], centres: Sequence[float]) -> list[int]:
    """Every label, or every so many that none touches another."""
    widths = [width_of(one.label) for one in marks]
    for every in range(1, len(marks) + 1):
        chosen = list(range(0, len(marks), every))
        if len(_fitting(chosen, widths, centres)) == len(chosen):
            return chosen
    return []


def _fitting(
    order: Sequence[int], widths: Sequence[float], centres: Sequence[float], apart: float = APART
) -> list[int]:
    """As many as fit beside each other, by the order given."""
    taken: dict[int, tuple[float, float]] = {}
    for place in order:
        middle = _within(centres[place], widths[place])
        left, right = middle - widths[place] / 2 - apart / 2, middle + widths[place] / 2 + apart / 2
        if place not in taken and all(right <= begins or ends <= left for begins, ends in taken.values()):
            taken[place] = (left, right)
    return list(taken)


def _within(middle: float, width: float) -> float:
    """Moved so far that the words stay in the picture."""
    least = 16 + width / 2
    return min(max(middle, least), WIDTH - least)
