"""`python -m bot.sandbox`: the local Bot API server alone, without a gym."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bot.sandbox.errors import explain
from bot.sandbox.server import SandboxServer
from bot.sandbox.state.conditions.flood_limits import FloodLimits
from gym.core.errors import GymError
from gym.core.runtime import event_loop as loop


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--store", type=Path, default=None, help="file that keeps everything; memory without")
    parser.add_argument("--token", default=None, help="what the bot will say; random without")
    parser.add_argument("--limits", action="store_true", help="enforce Telegram's flood limits")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    server = SandboxServer(store_path=options.store, token=options.token, limits=FloodLimits(options.limits))
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await server.start(options.host, options.port)
    lines = (
        f"Chat page: {server.page_url}",
        f"Bot API:   {server.bot_api_url}",
        f"Token:     {server.token}",
    )
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()
    await stopping.wait()
    await server.stop()


def main() -> None:
    try:
        loop.run(serve(parse()))
    except GymError as error:
        sys.exit(explain(error))
    except OSError as error:
        sys.exit(f"The sandbox cannot start: {error.strerror}")


if __name__ == "__main__":
    main()
