"""Fixtures of requests: a desk, an admin, a client with a plan on offer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from gym.app import Gym
from gym.approvals.models import Approval
from gym.approvals.service import ApprovalService
from gym.clients.models import Client
from gym.plans.models import Plan
from gym.security.permissions import Actor, Role
from gym.subscriptions.discounts import Discount
from tests.conftest import hire
from tests.support.memberships import DeskClerk

HALF = Discount.percent(Decimal(50))


@dataclass(frozen=True)
class Voice:
    """Somebody who asks or answers, one thing per transaction."""

    gym: Gym
    actor: Actor

    async def does(self, operation: str, *arguments: Any, **more: Any) -> Any:
        """One operation of the service, again when it lost a deadlock."""
        return await self.gym.run(
            self.actor, lambda uow: getattr(ApprovalService(uow), operation)(*arguments, **more)
        )

    async def asks_half(
        self, client: Client, plan: Plan, *, renews: bool = False, key: UUID | None = None
    ) -> Approval:
        """Half the price off."""
        return await self.does(
            "ask_discount", client.id, plan.id, HALF, renews=renews, reason="her brother trains too", key=key
        )


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def bruno(gym: Gym, employee: Actor) -> Voice:
    return Voice(gym, employee)


@pytest.fixture
def ana(gym: Gym, admin: Actor) -> Voice:
    return Voice(gym, admin)


@pytest.fixture
async def second_admin(gym: Gym) -> Voice:
    return Voice(gym, await hire(gym, "Berta Admin", Role.ADMIN))


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa")


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()
