"""Running the bot: its tasks started, supervised, and stopped in reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.routing.router import Router
from bot.telegram.application import Api, Assembly, assemble
from bot.telegram.connection import TelegramConnection
from bot.ui.sending.long_tasks import LONG_TASKS
from gym.app import Gym
from gym.core.runtime.backoff import Backoff
from web.api.telegram_webhook import Webhook

log = structlog.get_logger()
SHORTEST_PAUSE = 2.0
"""Seconds before a task that ended by a fault starts again."""
LONGEST_PAUSE = 60.0
"""Seconds at most, so that a task is back within a minute of the end of its fault."""
SHUTDOWN_SECONDS = 20.0
"""How long handlers under way may take at a stop; what is not done by then stays in the inbox."""


@dataclass(frozen=True, slots=True)
class RunningBot:
    """The running bot; `connected` is set once Telegram was reached."""

    assembly: Assembly
    line: TelegramConnection

    @property
    def connected(self) -> asyncio.Event:
        return self.line.connected


async def supervise(name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Keep a task running: an unexpected fault is logged, and the task starts again, later each time.

    The same fault again right away is logged in one line, for its traceback stands above.
    """
    backoff, clock, told = Backoff(SHORTEST_PAUSE, LONGEST_PAUSE), asyncio.get_running_loop().time, ""
    while True:
        began = clock()
        try:
            await work()
            return
        except Exception as error:
            backoff.ran(clock() - began)
            pause, kind = backoff.next(), type(error).__name__
            told_before, told = backoff.failures > 1 and kind == told, kind
            if told_before:
                log.error("task_failed", task=name, pause=pause, fault=kind)  # noqa: TRY400
            else:
                log.exception("task_failed", task=name, pause=pause, fault=kind)
            await asyncio.sleep(pause)


@asynccontextmanager
async def run_bot(
    gym: Gym, api: Api, *, routers: Iterable[Router], webhook: Webhook | None = None
) -> AsyncGenerator[RunningBot]:
    """Run the bot inside the block, with or without Telegram; at the end handlers under way may finish."""
    assembly = assemble(gym, api, routers)
    line = TelegramConnection(assembly, webhook)
    if webhook is not None:
        webhook.keep = assembly.inbox.keep
    running = RunningBot(assembly, line)
    receiving = asyncio.create_task(supervise("telegram", line.run))
    working = asyncio.create_task(_work(running))
    try:
        yield running
    finally:
        await _cancelled(receiving)
        assembly.inbox.stop()
        if line.connected.is_set():
            await asyncio.wait([working], timeout=SHUTDOWN_SECONDS)
        await _cancelled(working)
        await assembly.services[LONG_TASKS].close()
        await assembly.application.shutdown()
        await assembly.bot.shutdown()


async def _work(running: RunningBot) -> None:
    """Work on the inbox once Telegram was reached, for handlers answer there."""
    await running.connected.wait()
    await supervise("inbox", running.assembly.inbox.run)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
