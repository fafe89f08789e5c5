"""The head of every chart: its answer in large letters, and a line that says what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gym.reports.charts.canvas import EDGE, SUBTITLE, TITLE, WIDTH, PixelCanvas, wrapped

TOP: Final = 48
_TITLE_LINE: Final = 64
_LINE: Final = 44
_BELOW: Final = 36
"""Empty pixels between the head and the drawing."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Title and subtitle in lines that fit the picture."""

    title: list[str]
    subtitle: list[str]

    @classmethod
    def of(cls, title: str, subtitle: str) -> Heading:
        room = WIDTH - 2 * EDGE
        return cls(wrapped(title, TITLE, room, bold=True), wrapped(subtitle, SUBTITLE, room))

    @property
    def height(self) -> int:
        """Pixels from the top to where the drawing begins."""
        return TOP + _TITLE_LINE * len(self.title) + _LINE * len(self.subtitle) + _BELOW

    def draw(self, canvas: PixelCanvas) -> None:
        y = TOP
        for line in self.title:
            y += _TITLE_LINE
            canvas.text(EDGE, y - 14, line, size=TITLE, bold=True)
        for line in self.subtitle:
            y += _LINE
            canvas.text(EDGE, y - 6, line, size=SUBTITLE, colour=canvas.colours.dim)
