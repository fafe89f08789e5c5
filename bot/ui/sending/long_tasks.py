"""Long tasks: work that outlives the update that began it, so that its chat goes on; stopped by its key."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, Final
from uuid import UUID

from bot.ui.services import ServiceKey
from gym.core.errors import Conflict
from gym.core.language import N_

MOST: Final = 2
"""At once in a process: each holds a connection, and a thread that the door's own would wait for."""


class LongTasksBusy(Conflict):
    """As many run as may, or one of the same person."""

    code = "long_tasks_busy"
    message = N_("Another long file is being made just now. Ask for this one when it is done.")


class LongTasks:
    """The long tasks of this process, at most one a person. They end with it."""

    def __init__(self) -> None:
        self._running: dict[UUID, tuple[UUID, asyncio.Task[None]]] = {}
        """Owner and task by key."""

    def require_free(self, owner: UUID) -> None:
        """Raises `LongTasksBusy`."""
        owners = [one for one, _ in self._running.values()]
        if owner in owners or len(owners) >= MOST:
            raise LongTasksBusy

    def begin(self, owner: UUID, key: UUID, work: Coroutine[Any, Any, None]) -> None:
        """In a context of its own: the slot of the update that began it is not the task's to lend."""
        task = asyncio.create_task(work, name=f"long-{key}", context=Context())
        self._running[key] = owner, task
        task.add_done_callback(lambda _: self._running.pop(key, None))

    async def stop(self, owner: UUID, key: UUID) -> bool:
        """End a task of one's own; False where there is none of this key in this process."""
        found_owner, task = self._running.get(key, (None, None))
        if task is None or found_owner != owner:
            return False
        await _ended(task)
        return True

    async def close(self) -> None:
        """End all of them."""
        for _, task in list(self._running.values()):
            await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


LONG_TASKS: Final = ServiceKey("long_tasks", LongTasks)
