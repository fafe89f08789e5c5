"""The sandbox alone, with a small real bot and people to talk to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from telegram.ext import Application

from bot.sandbox.server import SandboxServer
from tests.sandbox.front_desk import build
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
async def server() -> AsyncGenerator[SandboxServer]:
    sandbox = SandboxServer(store_path=None)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def telegram(server: SandboxServer) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
async def desk(server: SandboxServer) -> AsyncGenerator[Application]:
    """The bot, polling."""
    app = build(server)
    async with app:
        await app.start()
        await app.updater.start_polling(poll_interval=0)
        yield app
        await app.updater.stop()
        await app.stop()


@pytest.fixture
async def ana(telegram: SandboxClient) -> Person:
    return await telegram.person("Ana", username="ana_g", phone_number="+573001112233")
