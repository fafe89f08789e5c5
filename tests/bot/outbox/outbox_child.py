"""An outbox worker in a process of its own, so that a test can kill it."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.outbox.worker import OutboxWorker
from bot.telegram.application import Api, make_bot
from gym.app import open_gym
from gym.core.config import load_config

LEASE = timedelta(seconds=4)
"""A dead process lets go soon; a message takes less than that here."""


async def main(home_folder: str, database_url: str, token: str, server: str) -> None:
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    bot = make_bot(Api.at(token, server))
    async with open_gym(config, faces=False) as gym, bot:
        await OutboxWorker(gym, bot, lease=LEASE).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
