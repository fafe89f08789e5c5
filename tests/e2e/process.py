"""`python -m bot` in a process of its own, to be killed with `kill -9` and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from gym.core.database.engine import plain_dsn
from tests.e2e.preloaded import Order

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
"""Seconds; a start waits for the processor behind all that runs beside the test."""


class GymProcess:
    """The gym as an operator starts it; `environment` is all that is added to the test's own."""

    def __init__(
        self,
        home: Path,
        environment: dict[str, str],
        *,
        command: Sequence[str] = (sys.executable, "-m", "bot"),
        folder: Path = ROOT,
        restarts: Preloaded | None = None,
    ) -> None:
        """The first start is the command's; `restarts` makes those after it quicker."""
        self.web_port = free_port()
        self.home = home
        self._command = command
        self._folder = folder
        self.environment = {**os.environ, "POWERGYM_HOME": str(home), "WEB_PORT": str(self.web_port)}
        self.environment |= environment
        self._starts = 0
        self._restarts = restarts
        self._process: asyncio.subprocess.Process | ForkedProcess | None = None

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def said(self) -> str:
        """Everything that the last start has written."""
        return self._log.read_text(errors="replace")

    async def start(self) -> None:
        """Returns when the greeting is there."""
        await self.execute()
        await until(self._greeted, PATIENCE)

    async def execute(self) -> None:
        """Begin a start; `python -m web` greets nobody."""
        self._starts += 1
        self._log.touch()
        if self._restarts is not None and self._starts > 1:
            self._process = await self._restarts.start(Order(self.environment, str(self._log)))
        else:
            self._process = await self._execute()

    async def _execute(self) -> asyncio.subprocess.Process:
        with self._log.open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *self._command, cwd=self._folder, env=self.environment, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    def line_after(self, label: str) -> str:
        """What the greeting says behind `label`."""
        line = next(line for line in self.said.splitlines() if label in line)
        return line.split(label, 1)[1].split()[0]

    async def ready(self) -> dict[str, Any]:
        """The answer of `/readyz` with its status."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.web_url}/readyz") as answer:
            return {"http": answer.status, **await answer.json()}

    @property
    def _log(self) -> Path:
        return self.home / f"said-{self._starts}.txt"

    async def _greeted(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self.said
        return "Ctrl-C stops it" in self.said


class Preloaded:
    """Forks gyms of one Python that has everything imported; one at a time."""

    def __init__(self) -> None:
        self._parent: asyncio.subprocess.Process | None = None

    async def start(self, order: Order) -> ForkedProcess:
        if self._parent is None:
            self._parent = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.e2e.preloaded"),
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(order.line())
        pid = int(await asyncio.wait_for(self._parent.stdout.readline(), PATIENCE))
        return ForkedProcess(pid, asyncio.create_task(self._parent.stdout.readline()))

    async def close(self) -> None:
        if self._parent is not None:
            self._parent.kill()
            await self._parent.wait()


@dataclass(frozen=True, slots=True)
class ForkedProcess:
    """As much of `asyncio.subprocess.Process` as a gym is started and killed with."""

    pid: int
    ended: asyncio.Task[bytes]

    @property
    def returncode(self) -> int | None:
        return int(self.ended.result()) if self.ended.done() else None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        return int(await self.ended)


class Records:
    """What the gym has written down, read past it."""

    def __init__(self, database_url: str) -> None:
        self._dsn = plain_dsn(database_url)

    async def value(self, sql: str, *values: object) -> Any:
        connection = await asyncpg.connect(self._dsn)
        try:
            return await connection.fetchval(sql, *values)
        finally:
            await connection.close()

    async def count(self, table: str) -> int:
        return await self.value(f"SELECT count(*) FROM {table}")

    async def until_handled(self, updates: int) -> None:
        """Until so many updates in all have come and each has been handled."""
        sql = "SELECT count(*) FILTER (WHERE done_at IS NOT NULL) FROM inbox_updates"

        async def handled() -> bool:
            return await self.value(sql) >= updates

        await until(handled, PATIENCE)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Look again and again; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
