"""Charts: one idea a picture, letters that a phone shows, in light and dark, soon enough."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence

import pytest
from PIL import Image

from gym.reports.charts import bars, canvas
from gym.reports.charts.drawing import draw_chart, draw_now
from gym.reports.charts.shapes import Chart, Columns, Course, HeatCell, HeatMap, Mark, Point, Ranking, Theme

MARKS = [Mark(str(day), day % 7, f"1,00{day % 7}", before=day % 5) for day in range(1, 32)]
CHARTS: Sequence[Chart] = (
    Columns("November: 93 visits", "A day.", MARKS),
    Ranking(
        "Monthly brings most", "By plan.", [Mark("Monthly " * 30, 5, "$5", before=4), Mark("Day", 0, "$0")]
    ),
    Course(
        "210 active clients", "A day.", [Point("1 Nov", 200, "200"), Point("30 Nov", 210, "210")], [190, 195]
    ),
    HeatMap("Mondays at 18 are full", "Visits.", ["Mon", "Tue"], [("18", [HeatCell(1, "9"), None])]),
)
EMPTY: Sequence[Chart] = (
    Columns("Nobody came", "A day.", []),
    Ranking("Nothing was sold", "By plan.", []),
    Course("Nobody is active", "A day.", []),
    HeatMap("Nobody came", "Visits.", [], []),
)


@pytest.mark.parametrize("chart", [*CHARTS, *EMPTY], ids=lambda chart: type(chart).__name__)
def test_a_chart_is_1080_wide_on_the_ground_of_its_theme(chart: Chart) -> None:
    for theme in Theme:
        picture = Image.open(io.BytesIO(draw_now(chart, theme))).convert("RGB")
        assert picture.width == 1080
        corner = "#{:02x}{:02x}{:02x}".format(*picture.getpixel((2, 2)))
        assert corner == canvas.PALETTES[theme].ground


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_no_letter_is_smaller_than_28_pixels(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[float] = []
    write = canvas.PixelCanvas.text

    def noting(self: canvas.PixelCanvas, x: float, y: float, words: str, **how: object) -> None:
        sizes.append(how.get("size", canvas.LETTERS))  # type: ignore[arg-type]
        write(self, x, y, words, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(canvas.PixelCanvas, "text", noting)
    draw_now(chart, Theme.LIGHT)
    assert sizes
    assert min(sizes) >= 28


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_a_chart_is_drawn_within_a_second_of_work(chart: Chart) -> None:
    """Counted in processor time: another test beside it is not the chart's."""
    draw_now(chart, Theme.LIGHT)  # loads the fonts
    began = time.thread_time()
    draw_now(chart, Theme.DARK)
    assert time.thread_time() - began < 1


async def test_the_event_loop_does_not_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    seen: list[str] = []
    drawn = bars.draw_columns

    def noting(chart: Columns, theme: Theme) -> bytes:
        seen.append(threading.current_thread().name)
        return drawn(chart, theme)

    monkeypatch.setattr(bars, "draw_columns", noting)
    await draw_chart(CHARTS[0])
    assert seen == ["charts_0"]


def test_values_stand_at_their_marks_and_never_on_another() -> None:
    """Of 31 columns a few bear theirs: the highest, and peaks with nothing taller beside them."""
    step = 968 / 31
    centres = [56 + step * (place + 0.5) for place in range(31)]
    told = bars.told_marks(MARKS, centres)
    assert 3 < len(told) < 31
    for place in told:
        assert all(MARKS[beside].value <= MARKS[place].value for beside in (place - 1, min(30, place + 1)))
    assert {place for place in told if place < 30} <= {5, 12, 19, 26}
    few = [Mark(str(n), n, str(n)) for n in range(8)]
    assert bars.told_marks(few, [100 + 120 * n for n in range(8)]) == list(range(8))


def test_words_that_do_not_fit_are_wrapped_or_cut() -> None:
    lines = canvas.wrapped("November: 1,240 visits, 8 % more than in October", 50, 968, bold=True)
    assert len(lines) == 2
    assert all(canvas.width_of(line, 50, bold=True) <= 968 for line in lines)
    assert canvas.shortened("Mensual con entrenador", 30, 200).endswith("…")


def test_a_change_is_not_parted_from_its_arrow() -> None:
    held = "▲\N{NO-BREAK SPACE}2.9\N{NO-BREAK SPACE}%"
    for words in range(3, 12):
        title = f"{'Received ' * words}{held}"
        lines = canvas.wrapped(title, canvas.TITLE, canvas.WIDTH - 2 * canvas.EDGE, bold=True)
        assert " ".join(lines) == title
        assert held in lines[-1]
