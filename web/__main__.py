"""`python -m web`: the API and the kiosk page alone, for several replicas."""

from __future__ import annotations

import asyncio
import signal
import sys

from gym.core import collector

with collector.paused():
    from aiohttp import web
    from asyncpg import PostgresError
    from sqlalchemy.exc import DBAPIError

    from gym.app import open_gym
    from gym.core import loop
    from gym.core.config import Config, ConfigError, load_config
    from gym.core.logging import configure_logging
    from gym.core.postgres import PostgresUnavailable
    from web.app import make_app
    from web.tls import listen


async def serve(config: Config) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are answered first."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with open_gym(config) as gym:
        runner = web.AppRunner(make_app(gym), access_log=None, shutdown_timeout=10)
        await runner.setup()
        await listen(runner, config)
        await stop.wait()
        await runner.cleanup()


def main() -> None:
    """Read the configuration and serve; a fault of the set-up is one line."""
    try:
        config = load_config()
        configure_logging(config.log_level, config.log_format)
        loop.run(serve(config))
    except (ConfigError, PostgresUnavailable) as error:
        sys.exit(str(error))
    except (OSError, PostgresError, DBAPIError) as error:
        sys.exit(f"cannot start, is DATABASE_URL right and the port free? {error}")


if __name__ == "__main__":
    main()
