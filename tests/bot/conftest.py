"""The real bot over a real gym, and people who write to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import func, select

from bot.routing.router import Router
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api
from bot.telegram.running_bot import RunningBot, run_bot
from gym.app import Gym
from gym.chats.models import InboxUpdate
from gym.clients.models import Client
from gym.security.permissions import Actor, Role
from tests.conftest import hire
from tests.support.sandbox.client import Person, SandboxClient


async def settled(gym: Gym, updates: int) -> None:
    """Wait until so many updates have been handled."""
    done = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.done_at.is_not(None))
    async with asyncio.timeout(30):
        while True:
            async with gym.database.session() as session:
                if (await session.scalar(done) or 0) >= updates:
                    return
            await asyncio.sleep(0.01)


async def all_handled(gym: Gym) -> None:
    """Wait until no update is in hand: a handler may still write after its answer has been seen."""
    waiting = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.done_at.is_(None))
    async with asyncio.timeout(30):
        while True:
            async with gym.database.session() as session:
                if not await session.scalar(waiting):
                    return
            await asyncio.sleep(0.01)


OpenBot = Callable[[], AbstractAsyncContextManager[RunningBot]]
MakeMember = Callable[..., Awaitable[Client]]


@pytest.fixture
async def sandbox() -> AsyncGenerator[SandboxServer]:
    """The Bot API server."""
    server = SandboxServer(store_path=None)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def telegram(sandbox: SandboxServer) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient(sandbox.url) as client:
        yield client


@pytest.fixture
def api(sandbox: SandboxServer) -> Api:
    return Api(sandbox.token, sandbox.bot_api_url, sandbox.bot_file_url)


@pytest.fixture
def routers() -> tuple[Router, ...]:
    """What the bot can do; a test may bring its own."""
    from bot.routers import ROUTERS

    return ROUTERS


@pytest.fixture
def open_bot(gym: Gym, api: Api, routers: tuple[Router, ...]) -> OpenBot:
    """Start the bot, as often as a test wants."""

    @asynccontextmanager
    async def start() -> AsyncGenerator[RunningBot]:
        async with run_bot(gym, api, routers=routers) as running:
            await running.connected.wait()
            yield running

    return start


@pytest.fixture
async def desk_bot(open_bot: OpenBot) -> AsyncGenerator[RunningBot]:
    """The bot, running."""
    async with open_bot() as running:
        yield running


@pytest.fixture
def make_staff(gym: Gym) -> Callable[[Person, Role], Awaitable[Actor]]:
    """Make a person one of the team."""

    async def make(person: Person, role: Role = Role.ADMIN) -> Actor:
        return await hire(gym, person.name, role, person.id)

    return make


@pytest.fixture
def make_member(gym: Gym) -> MakeMember:
    """Make a person a client with a linked chat."""

    async def make(person: Person | None, first_name: str = "Ana", last_name: str = "Gómez") -> Client:
        now = gym.clock.now()
        client = Client(
            first_name=first_name,
            last_name=last_name,
            language="en",
            telegram_id=person.id if person else None,
            linked_at=now if person else None,
            created_at=now,
            updated_at=now,
        )
        async with gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(client)
        return client

    return make
