"""Programs under measurement, in processes of their own: started, waited for, and stopped for certain."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from gym.core.config import Config

START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 30.0
BETWEEN_LOOKS: Final = 0.02
OF_OTHERS: Final = (
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_WEBHOOK_URL",
    "TELEGRAM_API_URL",
    "DATABASE_READ_URL",
    "PORT",
)


@dataclass(frozen=True, slots=True)
class Program:
    """A running `python -m web` or `python -m bot`."""

    web_url: str
    sandbox_url: str
    pid: int
    started_in: float
    """Seconds from the start of the process until /readyz said ok."""


class DidNotStart(Exception):
    """The program ended, or was not ready in three minutes; the end of its log is the message."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def program(module: str, config: Config, log: Path, database: str | None) -> AsyncGenerator[Program]:
    """Run a module over the given database, or over the embedded one of its home."""
    web, sandbox = free_port(), free_port()
    environment = _environment(config, web, sandbox, database)
    began = time.perf_counter()
    process = _launch(module, environment, log)
    try:
        url = f"http://127.0.0.1:{web}"
        await _until_ready(process, url, log)
        took = time.perf_counter() - began
        yield Program(url, f"http://127.0.0.1:{sandbox}", process.pid, took)
    finally:
        await asyncio.to_thread(_stop, process)


def _environment(config: Config, web: int, sandbox: int, database: str | None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OF_OTHERS}
    chosen = {
        "POWERGYM_HOME": str(config.powergym_home),
        "FACE_ROOT": str(config.packs_root),
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": str(web),
        "SANDBOX_PORT": str(sandbox),
        "DATABASE_URL": database or "",
        "LOG_LEVEL": "WARNING",
    }
    return inherited | chosen


def _launch(module: str, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", module], env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-2000:]


async def _until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    async with aiohttp.ClientSession() as http:
        while process.poll() is None and time.monotonic() < until:
            if await _is_ready(http, f"{url}/readyz"):
                return
            await asyncio.sleep(BETWEEN_LOOKS)
    raise DidNotStart(f"exit {process.poll()}: {_end_of(log)}")


async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
