"""The report of the team in the registry: the cheat's reason in words, and nothing of an honest team."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from gym.app import Gym
from gym.demo.history.books import chance
from gym.demo.history.story import DemoOrder
from gym.demo.history.team import DESK, OWNER, Fraud, Roster
from gym.reports.ranges import DayRange
from gym.reports.results import Report, RowsPlace
from gym.reports.service import ReportService
from gym.reports.team.rating import TeamFigure
from gym.reports.team.report import FIGURES, MEDIAN, QUIET, REASONS
from gym.security.permissions import Actor, NotAllowed
from tests.demo.gyms import Fill

CHEATED = DemoOrder(clients=200, years=1, frauds=frozenset({Fraud.CASH}), copied=True)
HONEST = DemoOrder(clients=60, years=1, copied=True)


async def team(gym: Gym, actor: Actor | None = None) -> Report:
    async with gym.unit_of_work(actor or Actor.system()) as uow:
        days = DayRange(uow.today - timedelta(days=182), uow.today)
        return await ReportService(uow).report("team", days)


async def test_a_cheat_is_named_with_the_reason_in_words(fill: Fill) -> None:
    async with fill(CHEATED) as gym:
        report = await team(gym)
        await check_acts(gym, report)
        await check_looks(gym, report)
        roster = Roster.plant(chance(CHEATED.seed, "frauds"), CHEATED.frauds, gym.clock.now().date())
    cheat, result = roster.cheats[Fraud.CASH].name, report.result
    sentence, look = result.sentences[0], result.table("look")
    assert sentence.message == REASONS[TeamFigure.SHORT_TILLS]
    assert sentence.values["staff"] == cheat
    assert look is not None
    assert [row.cells[:3] for row in look.rows] == [
        (cheat, FIGURES[TeamFigure.SHORT_TILLS], sentence.values["events"])
    ]
    assert {figure.key: figure.value for figure in result.figures} == {"look": 1}
    for key in ("marks", "work", "sums"):
        table = result.table(key)
        assert table is not None
        assert table.rows[0].cells[0] == cheat
        assert {row.cells[0] for row in table.rows} >= {one.name for one in (OWNER, *DESK)}


async def check_acts(gym: Gym, report: Report) -> None:
    """Behind everybody's marks stand as many acts as they count, by kind; page after page."""
    marks, shown = report.result.table("marks"), 0
    assert marks is not None
    keys = [column.key for column in marks.columns]
    for row in marks.rows:
        counted = {key: cell for key, cell in zip(keys[1:], row.cells[1:], strict=True) if cell}
        if row.key and row.cells[0] != MEDIAN:
            acts = await acts_behind(gym, report, RowsPlace("marks", row.key))
            assert Counter(acts) == counted, row.cells[0]
            shown += len(acts)
    assert shown > 30


async def check_looks(gym: Gym, report: Report) -> None:
    """Behind what is worth a look stand the acts of that figure alone, and what they come to."""
    looks = report.result.table("look")
    assert looks is not None
    for row in looks.rows:
        place = RowsPlace("look", row.key)
        async with gym.unit_of_work(Actor.system()) as uow:
            found = await ReportService(uow).behind("team", report.asked.days, place)
        assert found.total == row.cells[2]
        assert (None if found.amount is None else abs(found.amount)) == row.cells[5]


async def acts_behind(gym: Gym, report: Report, place: RowsPlace) -> list[str]:
    acts: list[str] = []
    number, pages = 0, 1
    while number < pages:
        async with gym.unit_of_work(Actor.system()) as uow:
            found = await ReportService(uow).behind("team", report.asked.days, place, number)
        acts += [getattr(row.cells[1], "code", "") for row in found.table.rows]
        number, pages = number + 1, found.pages
    assert len(acts) == found.total
    return acts


async def test_of_an_honest_team_nothing_stands_out(fill: Fill) -> None:
    async with fill(HONEST) as gym:
        report = await team(gym)
    assert [one.message for one in report.result.sentences] == [QUIET]
    assert report.result.table("look") is None


async def test_employees_see_no_report_of_the_team(gym: Gym, employee: Actor) -> None:
    with pytest.raises(NotAllowed):
        await team(gym, employee)
