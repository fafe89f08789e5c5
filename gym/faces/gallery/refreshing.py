"""Refresh of the gallery in memory between searches, so that who was erased leaves a process nobody asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

from gym.core.errors import GymError
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.unit_of_work import UnitOfWork

EVERY_SECONDS: Final = 5.0
"""A search reads what is newer by itself; at night none may come for hours. One short query each time."""
Opening = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


@asynccontextmanager
async def kept_fresh(
    gallery: MemoryGallery, opening: Opening, every: float = EVERY_SECONDS
) -> AsyncGenerator[None]:
    """While the block runs the gallery is at most `every` seconds old, as far as the database answers."""
    task = asyncio.create_task(_refresh(gallery, opening, every))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _refresh(gallery: MemoryGallery, opening: Opening, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        with suppress(GymError):  # the database is away: whoever needs it says so
            async with opening() as uow:
                gallery.learn(uow.secrets.data)
                await gallery.fresh(uow.session)
