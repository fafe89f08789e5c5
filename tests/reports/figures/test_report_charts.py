"""Charts of reports: each report that has one draws its own figures, in both languages."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image

from gym.app import Gym
from gym.reports.charts.drawing import draw_now
from gym.reports.charts.of_reports import DRAFTS, chart_of_report
from gym.reports.charts.shapes import Columns, HeatMap, Theme
from gym.reports.ranges import DayRange
from gym.reports.results import Report
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from tests.reports.figures.random_gym import open_random_gym

DAYS = DayRange(date(2026, 6, 1), date(2026, 7, 31))
NOTHING = DayRange(date(2019, 1, 1), date(2019, 1, 31))


async def read_report(gym: Gym, name: str, days: DayRange) -> Report:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await ReportService(uow).report(name, days)


async def test_every_report_with_a_chart_draws_what_it_says(gym: Gym) -> None:
    await open_random_gym(gym, 41, clients=25)
    settings = await gym.settings()
    for name in DRAFTS:
        report = await read_report(gym, name, DAYS)
        english, spanish = (
            chart_of_report(report, settings.translator(language), date(2026, 8, 3))
            for language in ("en", "es")
        )
        assert english is not None, name
        assert spanish is not None
        assert (english.title, english.subtitle) != (spanish.title, spanish.subtitle), name
        for chart, theme in ((english, Theme.LIGHT), (spanish, Theme.DARK)):
            assert Image.open(io.BytesIO(draw_now(chart, theme))).width == 1080
        if isinstance(english, Columns) and name == "coming":
            counted = {one.title: one.value for one in report.result.figures}
            assert {mark.label: mark.value for mark in english.marks}.items() <= counted.items()
        if isinstance(english, HeatMap) and name == "visits":
            hours = report.result.table("hours")
            assert hours is not None
            shown = sum(1 for _, cells in english.rows for cell in cells if cell is not None and cell.text)
            assert shown == len(hours.rows)


async def test_days_without_anything_have_no_picture(gym: Gym) -> None:
    settings = await gym.settings()
    for name in ("money", "coming", "mrr", "visits"):
        report = await read_report(gym, name, NOTHING)
        assert chart_of_report(report, settings.translator("en"), date(2026, 8, 3)) is None, name
