"""The database that comes with the gym: it ends after its last user, and keeps everything."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil
import pytest

from gym.core.config import Config
from gym.core.postgres.layout import ServerLayout
from tests.e2e.process import PATIENCE, GymProcess, free_port, until
from tests.support.sandbox.client import SandboxClient


@pytest.fixture
async def process(config: Config) -> AsyncGenerator[GymProcess]:
    """A home short enough for a socket, with nothing configured but ports."""
    with tempfile.TemporaryDirectory(prefix="pg-own-", ignore_cleanup_errors=True) as home:
        environment = {
            "DATABASE_URL": "",
            "TELEGRAM_BOT_TOKEN": "",
            "FACE_ROOT": str(config.packs_root),
            "SANDBOX_PORT": str(free_port()),
        }
        made = GymProcess(Path(home), environment)
        yield made
        last = server(made)
        await made.kill()
        await until(lambda: gone(last), PATIENCE)


@pytest.mark.long
async def test_after_a_kill_the_database_ends_by_itself_and_the_next_start_finds_everything(
    process: GymProcess,
) -> None:
    await process.start()
    url = process.line_after("Set-up link")
    async with SandboxClient(process.line_after("Chat page")) as telegram:
        ana = await telegram.person("Ana")
        await ana.opens(url)
        await ana.sees("Welcome to the team", PATIENCE)
    postgres = server(process)
    assert not await gone(postgres)

    await process.kill()
    await until(lambda: gone(postgres), PATIENCE)

    await process.start()
    assert "Set-up link" not in process.said
    async with SandboxClient(process.line_after("Chat page")) as telegram:
        ana = await telegram.known(ana.id)
        await ana.sends("/start")
        await ana.taps("Team", timeout=PATIENCE)
        await ana.taps("Ana · Admin")


def server(process: GymProcess) -> psutil.Process:
    """The postgres over this home."""
    written = ServerLayout.under(process.home).data / "postmaster.pid"
    return psutil.Process(int(written.read_text().split()[0]))


async def gone(one: psutil.Process) -> bool:
    return not one.is_running() or one.status() == psutil.STATUS_ZOMBIE
