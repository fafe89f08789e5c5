"""An outbox worker in a process of its own, so that a test can kill it; it notes when each message left."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.application import Api, make_bot
from gym.app import open_gym
from gym.core.config import load_config

LEASE = timedelta(seconds=4)
"""A dead process lets go soon; a message takes less than that here."""


@dataclass
class NotedRateLimits(SendRateLimits):
    """Notes when each message left on the clock that all processes share, a line each."""

    notes: int = -1

    async def wait_overall(self) -> None:
        await super().wait_overall()
        os.write(self.notes, f"{time.monotonic()}\n".encode())


async def main(home_folder: str, database_url: str, token: str, server: str, departures: str) -> None:
    notes = os.open(departures, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    bot = make_bot(Api.at(token, server))
    async with open_gym(config, faces=False) as gym, bot:
        await OutboxWorker(gym, bot, NotedRateLimits(gym.clock, notes=notes), lease=LEASE).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
