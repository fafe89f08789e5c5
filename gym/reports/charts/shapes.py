"""What a chart shows, in finished words: a title that answers, marks, and the value written at each.

Texts are in the reader's language; no drawing translates or formats anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Theme(StrEnum):
    """Of the chat in which the picture is looked at."""

    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """What a mark is about."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    QUIET = "quiet"
    """Not settled yet."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar: `text` is its value in words, `before` that of the period before, pale behind it."""

    label: str
    value: float
    text: str
    before: float | None = None
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Columns:
    """Upright bars in the order of time; of many only the tellable ones bear their values."""

    title: str
    subtitle: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Bars that lie under their names, each with its value."""

    title: str
    subtitle: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day; `label` stands below where there is room."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """A line over days, with the period before as a pale one behind."""

    title: str
    subtitle: str
    points: Sequence[Point]
    before: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A field of a heat map: how hot it is, from 0 to 1, and its value; None: there is nothing to show."""

    heat: float
    text: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of cells; the labels of columns stand above, those of rows at the left."""

    title: str
    subtitle: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[HeatCell | None]]]


Chart = Columns | Ranking | Course | HeatMap
