"""Drawing of a course: a line over days, the period before pale behind it, values at its ends and turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gym.reports.charts.canvas import EDGE, WIDTH, PixelCanvas, width_of
from gym.reports.charts.heading import Heading
from gym.reports.charts.shapes import Course, Theme

TALL: Final = 520
ABOVE: Final = 64
FOOT: Final = 92
FLATTEST: Final = 0.25
"""The line's lowest value stands at least so far above the ground, so that a small change looks small."""


def draw_course(shown: Course, theme: Theme) -> bytes:
    """PNG, 1080 pixels wide."""
    heading = Heading.of(shown.title, shown.subtitle)
    base = heading.height + ABOVE + TALL
    canvas = PixelCanvas(base + FOOT, theme)
    heading.draw(canvas)
    colours = canvas.colours
    values = [one.value for one in shown.points]
    top = max([1.0, *values, *shown.before])
    floor = min([*values, *shown.before], default=0.0)
    bottom = max(0.0, floor - FLATTEST * top) if floor > top / 2 else 0.0
    this = _spread(values, base, bottom, top)
    earlier = _spread(shown.before, base, bottom, top)
    if earlier:
        canvas.line(earlier, colours.behind, 8)
    if this:
        canvas.area([(this[0][0], base), *this, (this[-1][0], base)], colours.plain, 0.08)
        canvas.line(this, colours.plain, 7)
    canvas.line([(EDGE, base + 2), (WIDTH - EDGE, base + 2)], colours.line, 3)
    for place in _told(values):
        x, y = this[place]
        canvas.dot(x, y, 11, colours.plain)
        words = shown.points[place].text
        half = width_of(words, 34, bold=True) / 2
        middle = min(max(x, EDGE / 2 + half), WIDTH - EDGE / 2 - half)
        highest = min(other for at, other in this if abs(at - middle) <= half + 8 or other == y)
        canvas.text(middle, highest - 26, words, size=34, bold=True, across="center")
    if shown.points:
        canvas.text(EDGE, base + 48, shown.points[0].label, colour=colours.dim)
        if len(shown.points) > 1:
            canvas.text(WIDTH - EDGE, base + 48, shown.points[-1].label, colour=colours.dim, across="right")
    return canvas.png()


def _spread(values: Sequence[float], base: int, bottom: float, top: float) -> list[tuple[float, float]]:
    room, last = WIDTH - 2 * EDGE, max(1, len(values) - 1)
    span, step = max(top - bottom, 1.0), room / last
    return [(EDGE + step * place, base - TALL * (one - bottom) / span) for place, one in enumerate(values)]


def _told(values: Sequence[float]) -> list[int]:
    """The last, the first, and the highest where it is far from both."""
    if not values:
        return []
    last = len(values) - 1
    chosen = {0, last}
    highest = max(range(len(values)), key=lambda place: values[place])
    far = max(1, len(values) // 5)
    if all(abs(highest - other) >= far for other in (0, last)):
        chosen.add(highest)
    return sorted(chosen)
