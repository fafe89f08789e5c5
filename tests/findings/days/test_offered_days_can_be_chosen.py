"""Days that are offered for a sale are those that its rule accepts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.desk.memberships.sales import SaleDetails
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.clients.models import Client
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient

TODAY = date(2026, 8, 3)


@pytest.mark.parametrize("running", [False, True])
async def test_a_first_day_that_is_offered_is_sold(
    desk_bot: object,
    gym: Gym,
    telegram: SandboxClient,
    desk: DeskClerk,
    rosa: Client,
    make_staff: Any,
    running: bool,
) -> None:
    plan = await desk.plan()
    if running:
        await desk.pay(await desk.sell(rosa, plan))
    bruno = await telegram.person("Bruno")
    await make_staff(bruno)
    await bruno.sends("/start")
    await bruno.catch_up()
    await bruno.taps_button_data(await bruno.last(), pack(SaleDetails(rosa.id, plan.id), gym.clock.now()))
    asked = await bruno.sees("From which day?")
    offered = [label for label in asked.labels if label == "Today" or label.startswith("After this plan")]
    assert offered == (["After this plan: Thu, 3 Sep 2026"] if running else ["Today"])
    await bruno.taps(offered[0])
    await bruno.taps("Skip")
    shown = await bruno.sees("📅")
    first = TODAY + timedelta(days=31) if running else TODAY
    assert f"{first:%a}, {first.day} {first:%b} {first.year} –" in shown.words
