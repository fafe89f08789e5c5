"""`python -m gym report`: the list, one report as text, JSON and workbook, as the operator types it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from gym.app import Gym
from gym.commands import app
from gym.core.clock import FrozenClock
from gym.core.config import Config
from tests.support.memberships import DeskClerk

pytestmark = pytest.mark.live


@pytest.fixture
def clock() -> FrozenClock:
    """A command lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


async def test_an_operator_asks_for_a_report(
    gym: Gym, boss: DeskClerk, config: Config, tmp_path: Path
) -> None:
    await boss.pay(await boss.sell(await boss.client("Rosa"), await boss.plan()))
    today = (await gym.settings()).zone
    day = gym.clock.now().astimezone(today).date().isoformat()
    shell = {
        "DATABASE_URL": gym.database.url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
    }

    async def run(*words: str) -> tuple[int, str]:
        def invoke() -> tuple[int, str]:
            done = CliRunner().invoke(app, ["report", *words], env=shell)
            return done.exit_code, f"{done.stdout}{done.exception or ''}".strip()

        return await asyncio.to_thread(invoke)

    status, said = await run()
    assert (status, said.startswith("money")) == (0, True)
    status, said = await run("money", "--from", day, "--json")
    found = json.loads(said)
    assert (status, found["from"], found["to"]) == (0, day, day)
    assert found["figures"]["net"]["value"] == "150000.00"
    assert found["tables"]["method"]["rows"][0]["method"] == "cash"
    file = tmp_path / "money.xlsx"
    status, said = await run("money", "--range", "today", "--xlsx", str(file))
    assert (status, "Received: $150,000" in said) == (0, True)
    assert load_workbook(file, data_only=True)["By method"]["F3"].value == 150000
    status, said = await run("nothing")
    assert (status, "There is no such report." in said) == (1, True)
    status, said = await run("money", "--from", day, "--to", "2020-01-01")
    assert (status, "over twenty years at most" in said) == (1, True)
