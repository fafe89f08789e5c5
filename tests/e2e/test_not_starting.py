"""Starts that fail: one line says why, and Ctrl-C works from the first moment on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.e2e.process import PATIENCE, ROOT, free_port, until

PROGRAMS = ["bot", "web"]


async def start(program: str, home: Path, **environment: str) -> asyncio.subprocess.Process:
    mine = {"POWERGYM_HOME": str(home), "WEB_PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        program,
        cwd=ROOT,
        env={**os.environ, **mine, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def last_line(process: asyncio.subprocess.Process) -> str:
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    (line,) = (line for line in said.decode().splitlines() if not line.startswith("{"))
    return line


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_database_that_is_not_there_is_one_line(program: str, tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://gym@127.0.0.1:{free_port()}/gym"
    line = await last_line(await start(program, tmp_path, DATABASE_URL=url))
    assert "is DATABASE_URL right" in line


@pytest.mark.parametrize("program", PROGRAMS)
async def test_keys_that_are_none_are_one_line(program: str, tmp_path: Path) -> None:
    assert (await last_line(await start(program, tmp_path, DATA_KEYS="garbage"))).startswith("DATA_KEYS")


@pytest.mark.parametrize("program", PROGRAMS)
async def test_ctrl_c_ends_a_start_there_and_then(program: str, tmp_path: Path) -> None:
    process = await start(program, tmp_path)
    watched = psutil.Process(process.pid)

    async def is_loading() -> bool:
        return watched.num_threads() > 1

    await until(is_loading, PATIENCE)
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == -signal.SIGINT
