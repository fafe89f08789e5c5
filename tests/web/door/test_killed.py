"""The kiosk's server killed with `kill -9` after a visit is written and before it is answered."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from tests.e2e.process import PATIENCE, ROOT, free_port, until
from tests.support.door import API, Door

CREDENTIAL = {"document_number": "1020304050", "phone_last4": "4567"}


class Server:
    """A process that serves the gym's database."""

    def __init__(self, gym: Gym, home: Path, **environment: str) -> None:
        self.port, self._home = free_port(), home
        self._environment = {
            **os.environ,
            "POWERGYM_HOME": str(gym.config.powergym_home),
            "FACE_ROOT": str(gym.config.packs_root),
            "DATABASE_URL": gym.database.url,
            "WEB_PORT": str(self.port),
            **environment,
        }

    @asynccontextmanager
    async def runs(self, *arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
        """Until the end of the block, or until it dies by itself."""
        log = self._home / "server.txt"
        with log.open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.web.door.dying", *arguments,
                cwd=ROOT, env=self._environment, stdout=said, stderr=said,
            )  # fmt: skip

        async def ready() -> bool:
            assert process.returncode is None, log.read_text()
            try:
                async with aiohttp.ClientSession() as session:
                    return (await session.get(f"{self.url}/healthz")).status == 200
            except aiohttp.ClientConnectionError:
                return False

        try:
            await until(ready, PATIENCE)
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def check_in(self, headers: dict[str, str]) -> tuple[int, bytes, str | None]:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{self.url}{API}/check-ins", json=CREDENTIAL) as answer,
        ):
            return answer.status, await answer.read(), answer.headers.get("Idempotent-Replay")


@pytest.fixture
def clock() -> FrozenClock:
    """The other process lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def kiosk(door: Door) -> dict[str, str]:
    """What the kiosk shows: a token that is good by the wall clock, and the number of its request."""
    return door.bearer | {"Idempotency-Key": "visit-1"}


async def test_a_server_killed_between_effect_and_reply_has_one_visit_and_one_answer(
    door: Door, kiosk: dict[str, str], tmp_path: Path
) -> None:
    await door.member("Rosa")
    server = Server(door.gym, tmp_path)
    async with server.runs("--dying") as process:
        with pytest.raises(aiohttp.ClientConnectionError):
            await server.check_in(kiosk)
        assert await process.wait() == -9
    assert await door.visits() == 1
    async with server.runs():
        first, second = [await server.check_in(kiosk) for _ in range(2)]
    assert first == second
    assert (first[0], first[2]) == (201, "true")
    assert json.loads(first[1])["code"] == "admitted"
    assert await door.visits() == 1
