"""`python -m gym audit`: what an operator types, and the exit status that a watch reads."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gym.app import Gym
from gym.clients.models import Client
from gym.commands import app
from gym.core.clock import FrozenClock
from gym.core.config import Config
from tests.audit.conftest import Tamper, sealed, verified

pytestmark = pytest.mark.live


@pytest.fixture
def clock() -> FrozenClock:
    """A command lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


async def test_an_operator_verifies_the_trail(
    gym: Gym, berta: Client, config: Config, tmp_path: Path, tamper: Tamper
) -> None:
    shell = {
        "DATABASE_URL": gym.database.url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
    }

    async def run(*words: str) -> tuple[int, str]:
        def invoke() -> tuple[int, str]:
            done = CliRunner().invoke(app, ["audit", *words], env=shell)
            return done.exit_code, f"{done.stdout}{done.exception or ''}".strip()

        return await asyncio.to_thread(invoke)

    await sealed(gym)
    head = (await verified(gym)).head
    noted = f"{head.number}:{head.mark}"
    status, said = await run("verify")
    assert status == 0
    assert said.startswith(f"{head.number} entries, head {noted}, whole.\nNo backup to compare it with:")
    status, said = await run("verify", "--expect", noted, "--json")
    facts = json.loads(said)
    assert (status, facts["whole"], facts["head"]) == (0, True, head.hash.hex())
    status, said = await run("verify", "--expect", "never noted")
    assert (status, "--expect" in said) == (1, True)
    status, said = await run("list", "--client", "Berta", "--kind", "people", "--json")
    rows = json.loads(said)
    assert (status, [row["action"] for row in rows]) == (0, ["client.changed", "client.registered"])
    assert (rows[0]["before"], rows[0]["after"]) == ({"phone": "+573001234567"}, {"phone": "+573109876543"})
    status, said = await run("list", "--by", "ana admin", "--kind", "people")
    assert "Ana Admin changed the details: Berta Vargas (Phone: +573001234567 → +573109876543)" in said
    status, said = await run("export", str(tmp_path / "audit.xlsx"), "--json")
    assert (status, json.loads(said)["rows"]) == (0, head.number + 3), "the looks and the export are rows too"
    assert (tmp_path / "audit.xlsx").stat().st_mode & 0o777 == 0o600
    await tamper("UPDATE audit_entries SET actor_name = 'Eva' WHERE action = 'client.changed'")
    status, said = await run("verify")
    assert status == 1
    assert "NOT WHOLE" in said
    assert "client.changed" in said
    status, said = await run("verify", "--json")
    assert (status, json.loads(said.splitlines()[0])["fault"]["kind"]) == (1, "entry_changed")
