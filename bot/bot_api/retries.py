"""Retries of Bot API calls after network faults and RetryAfter, as often as the kind of call allows."""

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
"""Seconds before a call that met a network fault is made again, once and twice."""
SHORTEST_REST, LONGEST_REST = 0.5, 3600.0
"""Seconds of a RetryAfter that are waited, at least and at most."""
LONGEST_WAIT = 30.0
"""A longer RetryAfter hands the update back to the inbox; so does any where too many handlers wait already.
"""
MOST_UNANSWERED = 1
"""How often an answer of unknown fate is sent again: the person waits, and silence is worse than a line
twice. Not at all when it was waited for in full (15 s): by then Telegram has mostly delivered."""


async def with_retries(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Retry a call that may be made twice (a read, a change in place). Raises the last fault."""
    return await _with_retries(call, len(PAUSES))


async def send_with_retries(call: Callable[[], Awaitable[Answer]], written: asyncio.Event) -> Answer:
    """Retry a call that makes a new message, while it surely was not sent.

    Raises `Unreadable`, `Unanswered` when it is not to be sent again, else the last fault.
    """
    return await _with_retries(lambda: acknowledged(call, written), MOST_UNANSWERED, timed_out_too=False)


async def _with_retries(
    call: Callable[[], Awaitable[Answer]], unanswered: int, *, timed_out_too: bool = True
) -> Answer:
    """The calls with pauses between them; the update's slot is lent during both."""
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
            await _pause(wait)
        except NetworkError as error:
            if isinstance(error, Unanswered):
                unanswered -= 1 if timed_out_too or not error.timed_out else unanswered + 1
            if pause is None or unanswered < 0:
                raise
            await _pause(spread(pause))
    raise AssertionError("unreachable")


async def _pause(seconds: float) -> None:
    async with lending():
        await asyncio.sleep(seconds)


def retry_seconds(error: RetryAfter) -> float:
    """The seconds of a RetryAfter, within the shortest and the longest rest."""
    value = error.retry_after
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    return min(LONGEST_REST, max(SHORTEST_REST, seconds))
