"""Order on the wire: a message leaves when the one before it was marked as sent, or after 0.1 s."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

GATE_SECONDS = 0.1
"""How long a message waits at most for the one before it: even then ten leave in a second."""


class WireOrder:
    """Lets messages out one by one, so that a crash can repeat only the one that was not marked yet.

    A slow answer delays the next message by `GATE_SECONDS` at most.
    """

    def __init__(self) -> None:
        self._entry = asyncio.Lock()
        self._before: asyncio.Event | None = None

    @asynccontextmanager
    async def one_by_one(self, pace: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
        """Enter when the message before has been marked, after `pace`; leaving lets the next one in."""
        marked = asyncio.Event()
        async with self._entry:
            if self._before is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(GATE_SECONDS):
                        await self._before.wait()
            await pace()
            self._before = marked
        try:
            yield
        finally:
            marked.set()
