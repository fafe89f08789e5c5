"""Telegram's limits: 30 messages a second overall, one a second in a chat, 20 a minute in a group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gym.core.clock import WallClock

OVERALL_PER_SECOND = 28.0
"""A little under Telegram's 30, because interactive answers are not counted here."""
BURST_OF_A_CHAT = 3.0
GROUP_PER_SECOND = 20 / 60
IDLE_SECONDS = 120.0


@dataclass
class Bucket:
    """A token bucket on monotonic seconds; `due` may lie ahead, so waiting senders queue in order."""

    rate: float
    capacity: float
    tokens: float
    seen: float

    def reserve(self, now: float) -> float:
        """Take one token, now or from the future; returns the seconds to wait for it."""
        self.tokens = min(self.capacity, self.tokens + max(0.0, now - self.seen) * self.rate)
        self.seen = max(now, self.seen)
        self.tokens -= 1
        return max(0.0, -self.tokens / self.rate)


@dataclass
class Pacer:
    """Waits until a message may leave for a chat; groups have negative ids."""

    clock: WallClock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _overall: Bucket | None = None
    _chats: dict[int, Bucket] = field(default_factory=dict[int, Bucket])

    async def wait(self, chat_id: int) -> None:
        now = self.clock.monotonic()
        delay = max(self._of_all(now).reserve(now), self._of_chat(chat_id, now).reserve(now))
        if delay > 0:
            await self.sleep(delay)

    def _of_all(self, now: float) -> Bucket:
        if self._overall is None:
            self._overall = Bucket(OVERALL_PER_SECOND, OVERALL_PER_SECOND / 4, OVERALL_PER_SECOND / 4, now)
        return self._overall

    def _of_chat(self, chat_id: int, now: float) -> Bucket:
        if len(self._chats) > 10_000:
            self._chats = {key: b for key, b in self._chats.items() if now - b.seen < IDLE_SECONDS}
        if chat_id not in self._chats:
            rate = GROUP_PER_SECOND if chat_id < 0 else 1.0
            self._chats[chat_id] = Bucket(rate, BURST_OF_A_CHAT, BURST_OF_A_CHAT, now)
        return self._chats[chat_id]
