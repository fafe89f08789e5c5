"""In the report of the team a cheat stands first, whichever way is cheated, and nobody honest is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from gym.demo.history.story import DemoOrder, DemoStory
from gym.demo.history.team import DESK, Fraud
from gym.reports.team.rating import RatedStaff, StaffRecord, TeamFigure, chance_of, rated
from gym.reports.team.service import TeamReportService
from gym.security.permissions import Actor
from tests.conftest import MORNING
from tests.demo.gyms import Fill
from tests.demo.recount import recounted

SEEDS = range(1, 11)
NOW = MORNING.astimezone(ZoneInfo("America/Bogota"))
DAYS = timedelta(days=182)
TRACES = {
    Fraud.VOIDS: {TeamFigure.VOIDS},
    Fraud.DISCOUNTS: {TeamFigure.DISCOUNTS},
    Fraud.FRIENDS: {TeamFigure.OVERRIDES, TeamFigure.UNDONE},
    Fraud.CASH: {TeamFigure.SHORT_TILLS},
}


def told(seed: int, *frauds: Fraud) -> tuple[DemoStory, list[RatedStaff]]:
    """A gym of two hundred, and its team of the last half year."""
    story = DemoStory.tell(DemoOrder(years=1, seed=seed, frauds=frozenset(frauds)), NOW, Decimal(50))
    return story, rated(recounted(story, NOW.date() - DAYS, NOW.date()))


@pytest.mark.parametrize("fraud", Fraud)
def test_the_cheat_stands_first_with_the_reason(fraud: Fraud) -> None:
    right = 0
    for seed in SEEDS:
        story, team = told(seed, fraud)
        cheat, first = story.world.roster.cheats[fraud].name, team[0]
        assert {one.record.work.staff_name for one in team if one.reasons} <= {cheat}, seed
        named = {one.figure for one in first.reasons} & TRACES[fraud]
        right += bool(named) and first.record.work.staff_name == cheat
    assert right >= len(SEEDS) - 1


def test_nobody_of_an_honest_team_is_named() -> None:
    for seed in SEEDS:
        assert [one.reasons for one in told(seed)[1] if one.reasons] == [], seed


async def test_the_figures_of_the_report_are_those_of_the_history(fill: Fill) -> None:
    order = DemoOrder(clients=60, years=1, frauds=frozenset(Fraud), copied=True)
    async with fill(order) as gym:
        last = gym.clock.now().date()
        for first in (last, last - timedelta(days=40), date(2026, 2, 28), date(2025, 12, 30)):
            async with gym.unit_of_work(Actor.system()) as uow:
                found = await TeamReportService(uow).of_days(first, last)
            story = DemoStory.tell(order, NOW, Decimal(50))
            right = {one.work.staff_name: one for one in recounted(story, first, last)}
            names = [one.record.work.staff_name for one in found.people]
            assert {staff.name for staff in DESK} <= set(names)
            for one in found.people:
                assert _figures(one.record) == _figures(right[one.record.work.staff_name])
            ranked = [one for one in rated(list(right.values())) if one.record.work.staff_name in names]
            assert names == [one.record.work.staff_name for one in ranked]


def _figures(one: StaffRecord) -> tuple[object, ...]:
    """Without the ids."""
    nobody = UUID(int=0)
    return replace(one.facts, staff_id=nobody), replace(one.work, staff_id=nobody)


@pytest.mark.parametrize(
    ("events", "work", "known_events", "known_work", "least", "most"),
    [
        (0, 50, 3, 150, 1.0, 1.0),
        (2, 50, 6, 150, 0.4, 0.8),
        (12, 50, 3, 150, 0.0, 1e-4),
        (4, 10, 0, 1000, 0.0, 1e-6),
        (40, 400, 30, 300, 0.3, 0.7),
    ],
)
def test_what_is_usual_is_likely_and_what_is_not_is_not(
    events: int, work: int, known_events: int, known_work: int, least: float, most: float
) -> None:
    assert least <= chance_of(events, work, known_events, known_work) <= most
