"""A desk for a whole crowd, and the race itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.errors import GymError
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from tests.support.memberships import DeskClerk

RIVALS = 32


@dataclass(frozen=True)
class Outcome:
    """Who got it, and what the others were told."""

    won: list[object]
    refused: list[GymError]

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.won), len(self.refused)

    @property
    def codes(self) -> set[str]:
        return {error.code for error in self.refused}


async def race(gym: Gym, attempt: Callable[[], Awaitable[object]], rivals: int = RIVALS) -> Outcome:
    """Everybody at once; a fault that is no sentence for a person fails the test."""
    await gym.database.warm(rivals)
    results = await asyncio.gather(*(attempt() for _ in range(rivals)), return_exceptions=True)
    failed = [one for one in results if isinstance(one, BaseException)]
    refused = [one for one in failed if isinstance(one, GymError)]
    assert len(refused) == len(failed), failed
    return Outcome([one for one in results if not isinstance(one, BaseException)], refused)


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa")


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()


@pytest.fixture
async def sold(desk: DeskClerk, rosa: Client, monthly: Plan) -> Subscription:
    """Rosa's unpaid month."""
    return await desk.sell(rosa, monthly)


@pytest.fixture
async def paid(desk: DeskClerk, sold: Subscription) -> Subscription:
    await desk.pay(sold, sold.final_price)
    assert (await desk.see(sold)).account.balance == Decimal(0)
    return sold
