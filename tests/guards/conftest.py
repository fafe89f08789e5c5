"""A small gym full of rows, on which plain SQL is tried."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor, Role
from tests.conftest import MORNING, gym_over, hire
from tests.support.databases import TEMPLATE, Clones
from tests.support.memberships import PRICE, DeskClerk
from tests.support.travelling_engine import TravellingEngine

PLANTED: Final = (
    "INSERT INTO accounts (id, client_id, kind, created_at) VALUES (:spare, :rosa, 'subscription', now())",
    "INSERT INTO accounts (id, client_id, kind, created_at) VALUES (:credit, :rosa, 'credit', now())",
    """INSERT INTO freezes (id, subscription_id, kind, starts_on, ends_on, reason, staff_name, created_at)
       SELECT :freeze, id, 'client', starts_on + 9, starts_on + 12, 'travels', 'Ana', now()
       FROM subscriptions WHERE id = :running""",
    """INSERT INTO rewards (id, client_id, kind, subscription_id, threshold, percent, granted_on, expires_on,
           granted_at, redeemed_at, redeemed_by)
       VALUES (:reward, :rosa, 'visits', :running, 20, 20, '2026-08-03', '2026-08-10', now(), now(),
           :waiting)""",
    """INSERT INTO rewards (id, client_id, kind, threshold, percent, granted_on, expires_on, granted_at)
       VALUES (:milestone, :rosa, 'milestone', 50, 10, '2026-08-03', '2026-08-10', now())""",
)
"""Rows of rooms that these tests do not drive."""


@dataclass
class World:
    """Rosa's paid month with a visit and a freeze, her unpaid renewal, and Otto's month, half paid."""

    gym: Gym
    ids: dict[str, object] = field(default_factory=dict)

    async def refuses(self, statement: str) -> str | None:
        """The constraint that refuses a statement, at once or at the commit."""
        with pytest.raises(IntegrityError) as refused:
            await self.does(statement)
        return violated_constraint(refused.value)

    async def does(self, statement: str) -> None:
        """One statement in a transaction of its own; `:name` stands for an id of this world."""
        used = {name: value for name, value in self.ids.items() if f":{name}" in statement}
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(text(statement), used)


@pytest.fixture(scope="session")
async def planted(
    clones: Clones, config: Config, secrets: Secrets, engine: TravellingEngine
) -> AsyncGenerator[tuple[str, dict[str, object]]]:
    """The world's database, which each test gets a copy of, and the ids in it."""
    async with clones.copy_of(TEMPLATE) as url:
        async with gym_over(engine.at(url), config, secrets, FrozenClock(MORNING)) as gym:
            ids = await _plant(gym, await hire(gym, "Ana Admin", Role.ADMIN))
        name = make_url(url).database or ""
        await engine.leave(name)
        yield name, ids


@pytest.fixture
async def database_url(clones: Clones, planted: tuple[str, dict[str, object]]) -> AsyncGenerator[str]:
    async with clones.copy_of(planted[0]) as url:
        yield url


@pytest.fixture
def world(gym: Gym, planted: tuple[str, dict[str, object]]) -> World:
    return World(gym, dict(planted[1]))


async def _plant(gym: Gym, admin: Actor) -> dict[str, object]:
    desk = DeskClerk(gym, admin)
    plan = await desk.plan()
    rosa, otto = await desk.client("Rosa"), await desk.client("Otto")
    running = await desk.sell(rosa, plan)
    receipt = await desk.pay(running)
    waiting = await desk.renew(rosa)
    ottos = await desk.sell(otto, plan)
    half = await desk.pay(ottos, PRICE / 2)
    visit = await _visit(gym, admin, rosa.id)
    ids: dict[str, object] = {
        "rosa": rosa.id,
        "otto": otto.id,
        "plan": plan.id,
        "running": running.id,
        "waiting": waiting.id,
        "ottos": ottos.id,
        "account": running.account_id,
        "otto_account": ottos.account_id,
        "payment": receipt.entry_id,
        "half": half.entry_id,
        "visit": visit,
        "staff": admin.id,
    }
    for name in ("spare", "credit", "freeze", "reward", "milestone", "fresh"):
        ids[name] = new_id()
    made = World(gym, ids)
    for statement in PLANTED:
        await made.does(statement)
    return ids


async def _visit(gym: Gym, actor: Actor, client_id: UUID) -> UUID:
    async with gym.unit_of_work(actor) as uow:
        return (await AttendanceService(uow).check_in_client(client_id)).id
