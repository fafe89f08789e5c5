"""A gym of v0.1.0, restored and migrated: its database, its services, its bot and the people in its chats."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import sandbox_hooks
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api
from bot.telegram.running_bot import RunningBot, run_bot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.faces.pool import FacePool
from tests.conftest import gym_over
from tests.kept.support import V0_1_0, Kept
from tests.support.databases import Clones
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.travelling_engine import TravellingEngine
from web.app import make_app


@pytest.fixture(scope="session")
async def kept(clones: Clones) -> Kept:
    await V0_1_0.restore(clones)
    return V0_1_0


@pytest.fixture(scope="session")
def facts(kept: Kept) -> dict[str, Any]:
    """What its release knew of it."""
    return kept.facts


@pytest.fixture
async def database_url(clones: Clones, kept: Kept) -> AsyncGenerator[str]:
    """The migrated gym, for one test."""
    async with clones.copy_of(kept.after) as url:
        yield url


@pytest.fixture
def clock(kept: Kept) -> FrozenClock:
    return kept.clock()


@pytest.fixture
async def gym(
    database_url: str,
    config: Config,
    tmp_path: Path,
    kept: Kept,
    clock: FrozenClock,
    engine: TravellingEngine,
    face_pool: FacePool,
) -> AsyncGenerator[Gym]:
    """Open with its own keys, an hour after it was kept."""
    home = config.model_copy(update={"powergym_home": tmp_path, "face_root": config.packs_root})
    async with gym_over(engine.at(database_url), home, kept.move_in(tmp_path), clock) as opened:
        yield replace(opened, face_pool=face_pool)


@pytest.fixture
async def sandbox(gym: Gym, tmp_path: Path) -> AsyncGenerator[SandboxServer]:
    """The local Bot API server with the gym's old chats."""
    server = SandboxServer(store_path=tmp_path / "sandbox.sqlite", hooks=sandbox_hooks(gym))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def phones(sandbox: SandboxServer, facts: dict[str, Any]) -> AsyncGenerator[dict[str, Person]]:
    """Everybody who had a chat, by first name; what stood in it has been read."""
    async with SandboxClient(sandbox.url) as client:
        yield {name: await client.known(number) for name, number in facts["people"].items()}


@pytest.fixture
async def bot(gym: Gym, sandbox: SandboxServer, phones: dict[str, Person]) -> AsyncGenerator[RunningBot]:
    """Today's bot in the old chats."""
    from bot.routers import ROUTERS

    api = Api(sandbox.token, sandbox.bot_api_url, sandbox.bot_file_url)
    async with run_bot(gym, api, routers=ROUTERS) as running:
        await running.connected.wait()
        yield running


@pytest.fixture
async def api(gym: Gym) -> AsyncGenerator[TestClient[Any, Any]]:
    """Today's API over the old gym."""
    async with TestClient(TestServer(make_app(gym))) as client:
        yield client
