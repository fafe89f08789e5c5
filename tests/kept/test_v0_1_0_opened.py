"""A gym of v0.1.0 opened as its owner does: by the programs, on the machine's own time."""

from __future__ import annotations

import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT, create_subprocess_exec
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from bot.app import open_application
from gym.core.config import Config
from gym.core.database.engine import plain_dsn
from tests.kept.support import LATER, Kept
from tests.support.sandbox.client import SandboxClient

LEFT_TWICE: Final = [
    "money",
    "2 plans of which more was given back than was paid",
    "an admin opens Clients, then “Money to look at”",
]
"""What v0.1.0 let happen: payments whose money had been handed back were voided as well."""

MISREAD: Final = [
    "documents",
    "3 that an earlier version may have read wrongly",
    "an admin opens Clients, then “documents to check”",
]


async def set_clock(url: str, kept: Kept) -> None:
    """The gym's calendar stands an hour after it was kept, whatever day the machine has."""
    wanted = datetime.fromisoformat(kept.facts["business"]) + LATER
    connection = await asyncpg.connect(plain_dsn(url))
    ahead = int((wanted - datetime.now(UTC)).total_seconds())
    await connection.execute("UPDATE gym_state SET clock_offset_seconds = $1", ahead)
    await connection.close()


async def test_the_doctor_finds_money_that_left_twice_and_misread_documents_and_nothing_else(
    database_url: str, tmp_path: Path, config: Config, kept: Kept
) -> None:
    kept.move_in(tmp_path)
    await set_clock(database_url, kept)
    mine = {
        "DATABASE_URL": database_url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "COLUMNS": "200",
    }
    process = await create_subprocess_exec(
        sys.executable, "-m", "gym", "doctor", env={**os.environ, **mine}, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    red = [line for line in said.decode().splitlines() if re.search(r"\W!!\W", line)]
    cells = [[cell.strip() for cell in line.split("│")[2:-1]] for line in red]
    assert (process.returncode, cells) == (1, [LEFT_TWICE, MISREAD]), said.decode()


@pytest.mark.long
async def test_the_whole_gym_opens_over_it(
    database_url: str, tmp_path: Path, config: Config, kept: Kept, facts: dict[str, Any]
) -> None:
    kept.move_in(tmp_path)
    await set_clock(database_url, kept)
    environment = config.model_copy(
        update={
            "database_url": database_url,
            "powergym_home": tmp_path,
            "face_root": config.packs_root,
            "sandbox_port": 0,
            "web_port": 0,
        }
    )
    async with open_application(environment) as running:
        assert await running.claim is None, "it has been claimed for long"
        assert running.sandbox is not None
        async with SandboxClient(running.sandbox.url) as telegram:
            bruno = await telegram.known(facts["people"]["Bruno"])
            await bruno.sends("/cancel")
            await bruno.sees("")
            await bruno.sends("Rosa Pérez")
            await bruno.sees("Monthly")
            marta = await telegram.known(facts["people"]["Marta"])
            await marta.sends("/plan")
            await marta.sees("Next: Monthly")
