"""Serving: runs the application in this process until a signal stops it."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from bot.app import RunningApp, open_application
from gym.core.config import Config
from gym.core.runtime import event_loop as loop
from gym.core.runtime import gc_control as collector
from gym.faces.loading import Loading

TELEGRAM_SECONDS = 5.0
"""How long the greeting waits for the set-up link, which needs the bot's name; the gym is open meanwhile."""
CLAIM = "  Set-up link {url}   (whoever opens it first is the gym's admin)"
NO_CLAIM_YET = "  Telegram    not reached yet; a new gym's set-up link is printed here as soon as it was"


def run(config: Config, loading: Loading, *, with_web: bool) -> None:
    """Serve until SIGINT or SIGTERM. Raises `ConfigError` and `PostgresUnavailable` with one line."""
    try:
        loop.run(_serve(config, loading, with_web=with_web))
    except (OSError, PostgresError, DBAPIError) as error:
        sys.exit(f"cannot run, is DATABASE_URL right and the port free? {error}")


async def _serve(config: Config, loading: Loading, *, with_web: bool) -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        with collector.paused():
            app = await stack.enter_async_context(open_application(config, loading, with_web=with_web))
        await asyncio.wait([app.claim], timeout=TELEGRAM_SECONDS)
        greet(app)
        if not app.claim.done():
            app.claim.add_done_callback(greet_late)
        await stop.wait()


def greet(app: RunningApp) -> None:
    """Print the addresses, for the person who typed `make run`."""
    lines = ["  PowerGym is running."]
    if app.sandbox is not None:
        lines.append(f"  Chat page   {app.sandbox.page_url}   (no token: a local Bot API server stands in)")
    if app.kiosk_url is not None:
        lines.append(f"  Kiosk page  {app.kiosk_url}")
    if app.tablets_url is not None:
        lines.append(f"  On a tablet {app.tablets_url}/kiosk/")
    lines.append(_claim_line(app.claim) if app.claim.done() else NO_CLAIM_YET)
    _print([*filter(None, lines), "  Ctrl-C stops it."])


def greet_late(claim: asyncio.Future[str | None]) -> None:
    """Print the set-up link of a gym whose bot got its name after the greeting."""
    if line := _claim_line(claim):
        _print([line])


def _claim_line(claim: asyncio.Future[str | None]) -> str:
    url = claim.result()
    return CLAIM.format(url=url) if url else ""


def _print(lines: list[str]) -> None:
    sys.stdout.write("\n".join(["", *lines, "", ""]))
    sys.stdout.flush()
