"""Signals that wake long polls within microseconds."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable
from contextlib import suppress


class Signals:
    """Waiters by topic; `ring` is synchronous, so it can stand right after a commit."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Hashable, set[asyncio.Future[None]]] = defaultdict(set)
        self._closed = False

    def ring(self, *topics: Hashable) -> None:
        for topic in topics:
            for waiter in self._waiting.pop(topic, ()):
                if not waiter.done():
                    waiter.set_result(None)

    async def until(self, topic: Hashable, happened: Callable[[], bool], seconds: float) -> bool:
        """Wait for a ring of `topic` after which `happened()` holds; False when the time is over."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not happened():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or self._closed:
                return False
            await self._wait(topic, left)
        return True

    async def _wait(self, topic: Hashable, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting[topic].add(waiter)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter, seconds)
        finally:
            self._waiting[topic].discard(waiter)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def close(self) -> None:
        """End every long poll at once, so that the server can stop."""
        self._closed = True
        self.ring(*self._waiting)
