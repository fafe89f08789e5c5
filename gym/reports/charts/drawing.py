"""Drawing of any chart as PNG, in a thread of its own: Matplotlib is slow and not for two."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gym.reports.charts.shapes import Chart, Columns, Course, HeatMap, Ranking, Theme

WORKER: Final = ThreadPoolExecutor(1, "charts")
"""One at a time: Matplotlib's font cache and settings belong to the whole process."""


async def draw_chart(chart: Chart, theme: Theme = Theme.LIGHT) -> bytes:
    """PNG, 1080 pixels wide; the event loop waits for nothing of it."""
    return await asyncio.get_running_loop().run_in_executor(WORKER, draw_now, chart, theme)


def draw_now(chart: Chart, theme: Theme) -> bytes:
    """The same in this thread."""
    # Imported on the first chart, not at every start of the bot.
    from gym.reports.charts.bars import draw_columns, draw_ranking
    from gym.reports.charts.courses import draw_course
    from gym.reports.charts.heat import draw_heat_map

    match chart:
        case Columns():
            return draw_columns(chart, theme)
        case Ranking():
            return draw_ranking(chart, theme)
        case Course():
            return draw_course(chart, theme)
        case HeatMap():
            return draw_heat_map(chart, theme)
