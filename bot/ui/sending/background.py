"""Background tasks of one update: work beside the answer that ends before the update's handling does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.admission.slots import SLOW_CALL, lending


class BackgroundTasks:
    """Tasks started while an update is handled, and waited for at its end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for all of them; the slot of this update is lent to others meanwhile."""
        if self._tasks:
            async with lending(after=SLOW_CALL):
                await asyncio.gather(*self._tasks)
