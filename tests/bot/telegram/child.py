"""A bot in a process of its own, so that a test can kill it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import home
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import open_gym
from gym.core.config import load_config
from tests.bot import flow


async def main(home_folder: str, database_url: str, token: str, server: str) -> None:
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    async with (
        open_gym(config, faces=False) as gym,
        run_bot(gym, Api.at(token, server), routers=(home.router, flow.router)),
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
