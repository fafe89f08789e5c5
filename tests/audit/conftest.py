"""A gym whose trail has entries of staff, of clients and of the gym itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from gym.app import Gym
from gym.audit.chain import TrailChain
from gym.audit.chain_key import TrailKeyStore
from gym.audit.trail_head import NotedHead
from gym.audit.verification import TrailVerification, verify_trail
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges, ClientInput
from gym.clients.service import ClientService
from gym.core.database.engine import plain_dsn
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk

Tamper = Callable[..., Awaitable[str]]


@pytest.fixture
async def berta(gym: Gym, admin: Actor) -> Client:
    """Registered, her phone corrected, sold a plan, paid."""
    desk = DeskClerk(gym, admin)
    async with gym.unit_of_work(admin) as uow:
        client = await ClientService(uow).register(
            ClientInput(first_name="Berta", last_name="Vargas", phone="3001234567")
        )
    async with gym.unit_of_work(admin) as uow:
        await ClientService(uow).edit(client.id, ClientChanges(phone="3109876543"))
    await desk.pay(await desk.sell(client, await desk.plan()))
    return client


async def finished(gym: Gym) -> None:
    """What other tests on this server began before is over; until then the chain leaves out what is newer."""
    async with connected(gym) as connection, asyncio.timeout(30):
        before = await connection.fetchval("SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)")
        oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(CAST($1 AS text) AS xid8)"
        while not await connection.fetchval(oldest, before):
            pass


async def sealed(gym: Gym, *, is_keyed: bool = False, is_at_once: bool = False) -> int:
    """As before the key, or as the job does it; whatever was written before is taken, unless `is_at_once`."""
    if not is_at_once:
        await finished(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        keys = TrailKeyStore(uow.session, uow.secrets.data) if is_keyed else None
        return await TrailChain(uow.session, keys).seal(uow.context.wall)


async def verified(gym: Gym, noted: NotedHead | None = None) -> TrailVerification:
    async with connected(gym) as connection:
        return await verify_trail(connection, noted, keyring=gym.secrets.data)


@asynccontextmanager
async def connected(gym: Gym) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(plain_dsn(gym.database.url))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
def tamper(gym: Gym) -> Tamper:
    """SQL of somebody who owns the tables, so that no trigger refuses it."""

    async def change(statement: str, *values: object) -> str:
        async with connected(gym) as connection:
            await connection.execute("SET session_replication_role = replica")
            return await connection.execute(statement, *values)

    return change
