"""A whole gym for a test: its own database and home, every part running."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.app import RunningApp, open_application
from gym.core.config import Config
from tests.support.hours import begin_in_the_morning
from tests.support.sandbox.client import SandboxClient


@pytest.fixture
async def running_app(database_url: str, tmp_path: Path, config: Config) -> AsyncGenerator[RunningApp]:
    """Bot, kiosk API, scheduler, outbox and the local Bot API server, on free ports."""
    environment = config.model_copy(
        update={
            "database_url": database_url,
            "powergym_home": tmp_path,
            "face_root": config.packs_root,
            "sandbox_port": 0,
            "web_port": 0,
        }
    )
    async with open_application(environment) as opened:
        assert opened.sandbox is not None
        async with SandboxClient(opened.sandbox.url) as clock:
            await begin_in_the_morning(clock)
        yield opened


@pytest.fixture
async def telegram(running_app: RunningApp) -> AsyncGenerator[SandboxClient]:
    """The people's side of the local Bot API server."""
    assert running_app.sandbox is not None
    async with SandboxClient(running_app.sandbox.url) as client:
        yield client
