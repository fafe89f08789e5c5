"""Progress of a long import: one message, edited within Telegram's rate limits."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Final, Self

from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext

EVERY: Final = 3.0
"""Seconds between two edits, well below the one message a second that Telegram allows a chat."""


class ProgressLine:
    """A message that replaces the question while the import runs, and is replaced by its result."""

    def __init__(self, context: UpdateContext, waiting: str) -> None:
        """`waiting` is the msgid that is shown until the first figures come."""
        self._context, self._waiting = context, waiting
        self._edit: asyncio.Task[None] | None = None
        self._last = time.monotonic()

    async def __aenter__(self) -> Self:
        await self._context.show(Screen(self._context.t(self._waiting)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the last edit, so that it does not overwrite the result."""
        if self._edit is not None:
            await asyncio.gather(self._edit, return_exceptions=True)

    def step(self, done: int, total: int) -> None:
        """Note a step. It is called within a transaction, so it awaits nothing."""
        now = time.monotonic()
        busy = self._edit is not None and not self._edit.done()
        if busy or done >= total or now - self._last < EVERY:
            return
        self._last = now
        text = self._context.t("⏳ {done} of {total}…", done=done, total=total)
        self._edit = asyncio.create_task(self._context.show(Screen(text)))
