"""`python -m gym privacy`: export, erase, keep, journal and replay, as the operator types them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from gym.app import Gym
from gym.clients.models import Client
from gym.commands import app
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.privacy.models import Erasure
from gym.security.permissions import Actor
from tests.privacy.life import rows_of
from tests.support.memberships import DeskClerk

pytestmark = pytest.mark.live


@pytest.fixture
def clock() -> FrozenClock:
    """A command lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


async def test_an_operator_exports_erases_keeps_and_replays(
    gym: Gym, admin: Actor, config: Config, tmp_path: Path
) -> None:
    reception = DeskClerk(gym, admin)
    client = await reception.client("Petronila")
    await reception.client("Otto")
    shell = {
        "DATABASE_URL": gym.database.url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
    }

    async def run(*words: str) -> tuple[int, str]:
        def invoke() -> tuple[int, str]:
            done = CliRunner().invoke(app, ["privacy", *words], env=shell)
            return done.exit_code, f"{done.stdout}{done.exception or ''}".strip()

        return await asyncio.to_thread(invoke)

    target = tmp_path / "petronila.zip"
    status, said = await run("export", "Petronila", str(target), "--json")
    assert (status, json.loads(said)["client_id"]) == (0, str(client.id))
    assert "Petronila" in ZipFile(target).read("data.json").decode()
    assert target.stat().st_mode & 0o777 == 0o600

    async with gym.unit_of_work(admin) as uow:
        await FaceRecognitionService(uow).give_consent(client.id, ConsentMethod.PAPER)
    sheet = tmp_path / "consents.xlsx"
    status, said = await run("consents", "--json", "--sheet", str(sheet))
    [consent] = json.loads(said)
    assert (status, consent["client"], consent["noted_by"]) == (0, client.full_name, admin.name)
    assert (consent["state"], consent["ended_at"]) == ("in_force", None)
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert load_workbook(sheet).worksheets[0]["A2"].value == client.full_name
    assert "1 consents, 1 of them in force." in (await run("consents"))[1]

    status, said = await run("erase", str(client.id))
    assert (status, "Nothing was done" in said) == (1, True)
    assert await rows_of(gym, Erasure) == []
    status, said = await run("erase", str(client.id), "--yes", "--json")
    assert (status, json.loads(said)["owes"], json.loads(said)["done_at"]) == (0, "0", None)
    assert (await run("keep", str(client.id)))[0] == 0
    assert (await run("journal")) == (0, "[]")

    status, said = await run("erase", "Petronila", "--yes")
    assert status == 0
    status, said = await run("journal")
    [entry] = json.loads(said)
    assert entry["client_id"] == str(client.id)
    journal = tmp_path / "journal.json"
    journal.write_text(json.dumps([entry | {"done_at": entry["asked_at"]}]))
    assert json.loads((await run("replay", str(journal), "--json"))[1]) == {"entries": 1, "erased": 1}
    assert json.loads((await run("replay", str(journal), "--json"))[1]) == {"entries": 1, "erased": 0}
    names = {one.full_name for one in await rows_of(gym, Client)}
    assert names == {"—", "Otto Vargas"}

    assert (await run("erase", "Petronila", "--yes"))[0] == 1, "nobody is called so any more"
    journal.write_text('{"x": 1}')
    assert "is no journal of erasures" in (await run("replay", str(journal)))[1]
