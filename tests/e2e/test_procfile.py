"""A platform that runs the Procfile word by word gets a gym: the release step first, then the two others."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from gym.core.config import Config
from gym.core.database.migrations import head
from tests.e2e.process import PATIENCE, ROOT, GymProcess, Records, free_port, until
from tests.support.databases import Clones

BIN: Final = Path(sys.executable).parent
LINES: Final = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def command(process: str) -> list[str]:
    program, *arguments = shlex.split(LINES[process])
    return [str(BIN / program), *arguments]


@pytest.fixture
async def environment(clones: Clones, config: Config) -> AsyncGenerator[dict[str, str]]:
    """What the platform sets: an empty database, and a port for what it serves."""
    async with clones.copy_of("template0") as url:
        yield {
            "DATABASE_URL": url,
            "TELEGRAM_BOT_TOKEN": "",
            "PYTHONPATH": "",
            "FACE_ROOT": str(config.packs_root),
            "SANDBOX_PORT": str(free_port()),
            "AUTO_MIGRATE": "0",
            "PORT": str(free_port()),
        }


async def start(process: str, home: Path, environment: dict[str, str]) -> asyncio.subprocess.Process:
    with (home / f"{process}.txt").open("wb") as said:
        return await asyncio.create_subprocess_exec(
            *command(process), cwd=ROOT, stdout=said, stderr=said,
            env={**os.environ, "POWERGYM_HOME": str(home), **environment},
        )  # fmt: skip


@pytest.mark.long
async def test_each_line_of_the_procfile_does_its_part(environment: dict[str, str], tmp_path: Path) -> None:
    release = await start("release", tmp_path, environment)
    assert await asyncio.wait_for(release.wait(), PATIENCE) == 0, (tmp_path / "release.txt").read_text()
    revision = "SELECT version_num FROM alembic_version"
    assert await Records(environment["DATABASE_URL"]).value(revision) == head()

    worker = GymProcess(tmp_path, environment, command=command("worker"))
    await worker.start()
    web = await start("web", tmp_path, environment)
    try:
        await until(lambda: answers(int(environment["PORT"])), PATIENCE)
    finally:
        web.kill()
        await web.wait()
        await worker.kill()


async def answers(port: int) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/readyz") as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False
