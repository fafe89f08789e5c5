"""Retries: a call is made again after a fault of the line, as often as its kind bears."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.admission.slots import SLOW_CALL, lending, may_wait
from bot.bot_api.delivery_status import Unanswered, acknowledged
from gym.core.runtime.backoff import spread

Answer = TypeVar("Answer")
PAUSES = (0.5, 1.5)
"""Seconds before a call that met a network fault is made again."""
SHORTEST_REST, LONGEST_REST = 0.5, 3600.0
"""Seconds that a RetryAfter is obeyed."""
LONGEST_WAIT = 30.0
"""A longer RetryAfter hands the update back to the inbox; so does any where too many wait already."""
MOST_UNANSWERED = 1
"""How often an answer of unknown fate is sent again: the person waits, and silence costs more than a line
twice. Not at all when it was waited for in full (15 s): by then Telegram has mostly delivered."""


async def patiently(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """A call that may be made twice (a read, a change in place); the last fault is raised."""
    return await _patiently(call, len(PAUSES))


async def sent_patiently(call: Callable[[], Awaitable[Answer]], written: asyncio.Event) -> Answer:
    """A call that makes a new message: again only while it surely was not sent.

    Raises `Unreadable`, `Unanswered` when it is not to be sent again, else the last fault.
    """
    return await _patiently(lambda: acknowledged(call, written), MOST_UNANSWERED, timed_out_too=False)


async def _patiently(
    call: Callable[[], Awaitable[Answer]], unanswered: int, *, timed_out_too: bool = True
) -> Answer:
    """While Telegram is waited for, the update's slot is somebody else's."""
    for pause in (*PAUSES, None):
        try:
            async with lending(after=SLOW_CALL):
                return await call()
        except BadRequest:
            raise
        except RetryAfter as error:
            wait = retry_seconds(error)
            if pause is None or wait > LONGEST_WAIT or not may_wait():
                raise
            await _rest(wait)
        except NetworkError as error:
            if isinstance(error, Unanswered):
                unanswered -= 1 if timed_out_too or not error.timed_out else unanswered + 1
            if pause is None or unanswered < 0:
                raise
            await _rest(spread(pause))
    raise AssertionError("unreachable")


async def _rest(seconds: float) -> None:
    async with lending():
        await asyncio.sleep(seconds)


def retry_seconds(error: RetryAfter) -> float:
    """How long Telegram wants to be left alone; nobody is silenced for longer than `LONGEST_REST`."""
    value = error.retry_after
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    return min(LONGEST_REST, max(SHORTEST_REST, seconds))
