"""The insider's evening by real presses in the chat; every button has its act in the search."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Role
from tests.bot.conftest import MakeMember
from tests.conftest import hire
from tests.findings.insider.acts import ACTS
from tests.findings.insider.buttons import ACTS_OF_BUTTONS, WITHOUT_AN_ACT
from tests.findings.insider.chat import new_evening, play
from tests.findings.insider.evening import MONTH, PACK, WEEK, evening
from tests.findings.insider.search import honest_evenings
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient

PRESSES = 25
EVENINGS = 400
A_SECOND = 0.3
"""Evenings on two busy cores."""


@pytest.fixture
async def plans(gym: Gym) -> list[Plan]:
    desk = DeskClerk(gym, await hire(gym, "Ana", Role.ADMIN))
    return [
        await desk.plan(MONTH),
        await desk.plan(WEEK, DurationUnit.WEEK, name="Week"),
        await desk.plan(PACK, name="Pack", visits=10),
    ]


@pytest.mark.parametrize("count", [2, pytest.param(EVENINGS, marks=[pytest.mark.soak, pytest.mark.long])])
async def test_no_evening_of_presses_ends_with_money_that_looks_honest(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    make_member: MakeMember,
    plans: list[Plan],
    count: int,
) -> None:
    async with evening(gym) as e:
        honest = await honest_evenings(e, 1, 20)
    pressed = Counter[str]()
    for seed in range(int(min(count, float(os.environ.get("SOAK_SECONDS", "inf")) * A_SECOND))):
        tonight = await new_evening(gym, telegram, make_member, plans, seed)
        fraud = await play(tonight, seed, PRESSES, honest)
        assert fraud is None, f"seed {seed}: {fraud}"
        pressed.update(tonight.codes)
    assert len(pressed) > 5, "an evening gets around"


def test_every_button_has_its_act_in_the_search_or_a_reason_why_not() -> None:
    known = [*ACTS_OF_BUTTONS, *(one for codes in WITHOUT_AN_ACT.values() for one in codes)]
    assert sorted(known) == sorted(set(known)), "once each"
    assert set(known) == set(Routes(ROUTERS).codes), "all, and none that is gone"
    played = {act for acts in ACTS_OF_BUTTONS.values() for act in acts}
    assert played == set(ACTS), "whatever the search plays is behind a button"
