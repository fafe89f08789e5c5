"""Long polling: updates are asked for, stored, and only then confirmed by the next offset."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog

from bot.bot_api.transport import UnreadableAnswer
from gym.chats.intake import MOST_UPDATE_ID, DeadReason, Reject, first_id
from gym.core.errors import DatabaseUnavailable
from gym.core.runtime.backoff import Backoff, spread

log = structlog.get_logger()
POLL_SECONDS = 30
"""How long Telegram holds a poll without updates; a call within it costs nothing."""
MOST_UPDATES = 100
"""Updates in one answer; the Bot API allows no more."""
SHORTEST_ROUND = 1.0
"""Seconds between two polls at least when nothing came, for a server that does not hold the poll."""
DATABASE_PAUSES = 0.5, 5.0
"""Seconds between two tries to store what has come, the first pause and the longest."""
BEGINNING = b'{"ok":true'
"""How an answer of the Bot API begins; a page of a proxy does not."""
END = b"]}"
MOST_UNREADABLE = 3
"""How often an answer with one update may come cut short before that update is put aside."""


class UpdatesSource(Protocol):
    """What a `Poller` asks: one long poll of a Bot API server."""

    async def raw_updates(self, offset: int | None, seconds: int, limit: int) -> list[object]:
        """Raises TelegramError."""
        ...


class Poller:
    """Polls once per `step`.

    The offset starts anew with each process and after each empty answer: confirmed updates never come again,
    kept ones are known by their ids, and after a quiet week Telegram's ids may begin lower.
    """

    def __init__(self, source: UpdatesSource, keep: Callable[[Sequence[object]], Awaitable[None]]) -> None:
        self._source = source
        self._keep = keep
        self._offset: int | None = None
        self._limit = MOST_UPDATES
        self._unreadable = 0

    async def step(self) -> None:
        """One poll, its updates stored. Raises TelegramError."""
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        try:
            updates = await self._source.raw_updates(self._offset, POLL_SECONDS, self._limit)
        except UnreadableAnswer as error:
            await self._isolate(error)
            return
        self._unreadable, self._limit = 0, min(MOST_UPDATES, self._limit * 10)
        if updates:
            await self._store(updates)
        offset = _after(self._offset, updates)
        if not updates or offset == self._offset:
            await asyncio.sleep(SHORTEST_ROUND - (clock() - asked_at))
        self._offset = offset

    async def _store(self, updates: Sequence[object]) -> None:
        """Store updates, however long the database is away, then move the offset."""
        backoff = Backoff(*DATABASE_PAUSES)
        while True:
            try:
                await self._keep(updates)
                return
            except DatabaseUnavailable:
                if not backoff.failures:
                    log.warning("updates_wait_for_database", count=len(updates))
                await asyncio.sleep(spread(backoff.next()))

    async def _isolate(self, error: UnreadableAnswer) -> None:
        """Ask for fewer until the unreadable update stands alone, then put it aside.

        Raises the error when the answer is not the Bot API's, or may have been broken on its way.
        """
        body = error.body.strip()
        if not body.startswith(BEGINNING):
            raise error
        if self._limit > 1:
            self._limit = max(1, self._limit // 10)
            return
        self._unreadable += 1
        number = first_id(body) or self._offset
        if number is None or (self._unreadable < MOST_UNREADABLE and not body.endswith(END)):
            raise error
        await self._store([Reject(number, DeadReason.UNREADABLE)])
        self._offset, self._unreadable = number + 1, 0


def _after(offset: int | None, updates: Sequence[object]) -> int | None:
    """The next offset: one above the last id. Where no update has a usable id, each is taken to have used
    one."""
    numbers = [number for update in updates if (number := _number(update)) is not None]
    if not updates or (offset is None and not numbers):
        return None
    if not numbers:
        return (offset or 0) + len(updates)
    return max(max(numbers) + 1, offset or 0)


def _number(update: object) -> int | None:
    found = update.update_id if isinstance(update, Reject) else None
    if isinstance(update, Mapping):
        found = update.get("update_id")
    usable = isinstance(found, int) and not isinstance(found, bool) and 0 < found < MOST_UPDATE_ID
    return found if usable else None
