"""Serving: the API and the kiosk page in this process, until a signal stops it."""

from __future__ import annotations

import asyncio
import signal
import sys

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from gym.app import open_gym
from gym.core.config import Config
from gym.core.runtime import event_loop as loop
from gym.faces.loading import Loading
from web.app import make_app
from web.http.serving import HttpRunner
from web.tls.listeners import listen


def run(config: Config, loading: Loading) -> None:
    """Serve until SIGINT or SIGTERM. Raises `ConfigError` and `PostgresUnavailable` with one line."""
    try:
        loop.run(_serve(config, loading))
    except (OSError, PostgresError, DBAPIError) as error:
        sys.exit(f"cannot start, is DATABASE_URL right and the port free? {error}")


async def _serve(config: Config, loading: Loading) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are answered first."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with open_gym(config, faces=loading) as gym:
        runner = HttpRunner(make_app(gym), access_log=None, shutdown_timeout=10)
        await runner.setup()
        await listen(runner, config)
        await stop.wait()
        await runner.cleanup()
