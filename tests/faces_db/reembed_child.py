"""Re-embeds one client after the other and kills its own process after some."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from gym.app import open_gym
from gym.commands.faces import reembed_all
from gym.core.config import load_config


async def main() -> None:
    left = int(os.environ["KILLED_AFTER"])

    def seen(count: int) -> None:
        nonlocal left
        left -= count
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async with open_gym(load_config(), migrate=False) as gym:
        await reembed_all(gym, seen, batch=1)


asyncio.run(main())
