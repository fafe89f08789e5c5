"""Many visits of one subscription are counted at the same moment, as in an outage that happened."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door

DAYS, DOORS = 3, 15
A_SECOND = 10
"""Races of fifteen doors that two cores run in a second."""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def race(gym: Gym, kiosk: Door, member: Client, clock: FrozenClock) -> Counter[VerdictCode]:
    """Fifteen doors at once, five for each of three days."""
    moments = [clock.now() - timedelta(days=number % DAYS) for number in range(DOORS)]
    verdicts = await asyncio.gather(*(kiosk.by_qr(member, at=at) for at in moments))
    return Counter(verdict.code for verdict in verdicts)


async def race_again_and_again(gym: Gym, kiosk: Door, member: Client, clock: FrozenClock, races: int) -> int:
    """Returns how many deadlocks PostgreSQL has found meanwhile; each race is judged by itself."""
    clock.advance(timedelta(days=DAYS))
    await gym.database.warm(DOORS)
    for _ in range(races):
        seen = await race(gym, kiosk, member, clock)
        assert seen[VerdictCode.ADMITTED] == DAYS, seen
        async with gym.unit_of_work(Actor.system()) as uow:
            used = await uow.session.scalar(text("SELECT visits_used FROM subscriptions"))
            numbers = await uow.session.scalars(text("SELECT visit_number FROM check_ins WHERE counted"))
            assert (used, sorted(numbers)) == (DAYS, [1, 2, 3])
            await uow.session.execute(text("DELETE FROM check_ins"))
            await uow.session.execute(text("UPDATE subscriptions SET visits_used = 0"))
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(text(DEADLOCKS)) or 0


async def test_visits_that_are_replayed_at_once_never_wait_for_each_other_in_a_circle(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    assert await race_again_and_again(gym, kiosk, rosa, clock, 40) == 0


@pytest.mark.soak
async def test_two_thousand_replays_at_once_end_without_a_deadlock(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    """Or as many as fit into about SOAK_SECONDS; before the counter had its trigger one in 300 failed."""
    races = int(min(2_000, float(os.environ.get("SOAK_SECONDS", "inf")) * A_SECOND))
    assert await race_again_and_again(gym, kiosk, rosa, clock, races) == 0
