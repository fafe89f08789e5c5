"""The count of answers to one update, kept in the inbox, so that a retry does not send them again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from telegram import (
    Message,
)
from telegram.error import TelegramError

from bot.bot_api.delivery_status import Unanswered, Unreadable
from bot.bot_api.retries import send_with_retries
from gym.chats.schemas import ClaimedUpdate
from gym.core.errors import DatabaseUnavailable

MOST_MARKED = 64
"""Attempts of an update, and answers of an attempt, that have marks of their own."""
MOST_UPDATES = 2**50
"""What leaves room for both in a bigint; Telegram counts updates one by one, from a number below 2**31."""


class AnswerCounter:
    """Counts the answers of one update: what left before a crash is not sent again.

    The count is written while the message is on its way, so that a `kill -9` hardly fits between the two.
    """

    def __init__(self, item: ClaimedUpdate, count: Callable[[int, int], Awaitable[None]]) -> None:
        self._item = item
        self._before = item.sent
        self.attempts = item.attempts
        """Which time the update is handled, from 1."""
        self.excess = item.excess
        self._count = count
        self._sent = 0

    @property
    def next_mark(self) -> int | None:
        """The mark of the next answer, a number of this update and attempt alone; None where it was sent
        before."""
        if self._sent < self._before:
            return None
        attempt, answer = min(self.attempts, MOST_MARKED - 1), min(self._sent, MOST_MARKED - 1)
        return (self._item.update_id % MOST_UPDATES * MOST_MARKED + attempt) * MOST_MARKED + answer

    def beside(self) -> AnswerCounter:
        """A counter that counts nothing, for a message that not every attempt sends."""
        return AnswerCounter(replace(self._item, sent=0), _uncounted)

    async def once(self, send: Callable[[], Awaitable[Message]]) -> Message | None:
        """Send, unless an earlier attempt did; None then. Raises what `send_with_retries` raises."""
        self._sent += 1
        if self._sent <= self._before:
            return None
        written = asyncio.Event()
        sending = asyncio.ensure_future(send_with_retries(send, written))
        sending.add_done_callback(lambda _: written.set())
        try:
            await written.wait()
            await self._note(self._sent)
            return await sending
        except (Unreadable, Unanswered):
            raise  # still counted: whoever handles the update again must not send it again
        except TelegramError:
            self._sent -= 1
            await self._note(self._sent)
            raise
        finally:
            sending.cancel()

    async def _note(self, sent: int) -> None:
        with suppress(DatabaseUnavailable):
            await self._count(self._item.update_id, sent)


async def _uncounted(_update_id: int, _sent: int) -> None:
    """The count of `beside`: nothing is written."""
