"""Schemathesis over the document: nothing it can think of gets a 5xx or an answer that is not documented."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.security.permissions import Actor
from gym.security.rate_limits import MemoryBuckets, Rate
from tests.support.door import Door
from tests.support.tokens import token_of
from web.app import make_app
from web.http.limits.rates import Limits

CONFIG = Path(__file__).with_name("schemathesis.toml")
A_ROUND = 15
"""Seconds that one example of every operation takes."""
ENDLESS = Rate("endless", 10**6, 10**6)


@pytest.fixture
async def server(gym_with_faces: Gym) -> AsyncGenerator[TestClient[Any, Any]]:
    """A server without limits: a machine asks more often than a kiosk."""
    app = make_app(gym_with_faces, Limits(MemoryBuckets(), *[ENDLESS] * 6))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize("examples", [3, pytest.param(12, marks=pytest.mark.soak)])
@pytest.mark.long
async def test_every_generated_request_gets_a_documented_answer(
    door: Door, admin: Actor, tmp_path: Path, examples: int
) -> None:
    """A few of each operation in every run of the suite, four times as many in `make soak`, or as many as fit
    into about SOAK_SECONDS."""
    examples = max(1, int(min(examples, float(os.environ.get("SOAK_SECONDS", "inf")) / A_ROUND)))
    await door.member("Rosa")
    staff, kiosk = await token_of(door.gym, admin), door.tokens["access_token"]
    environment = os.environ | {"STAFF_TOKEN": staff, "KIOSK_TOKEN": kiosk, "NO_COLOR": "1"}
    address = str(door.client.make_url("/api/openapi.json"))
    command = ("-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", address)
    wanted = ("--checks", "all", "--max-examples", str(examples))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *wanted,
        env=environment,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
