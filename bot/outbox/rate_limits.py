"""Rate limits of sending, below Telegram's 30 a second overall, 1 a second a chat, 20 a minute a group."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from gym.core.clock import WallClock

OVERALL = (28, 1.0)
"""`(messages, seconds)` of all chats together; under Telegram's 30, because interactive answers are not
counted here.
"""
BULK = (1, 0.05)
"""Broadcasts leave evenly, 20 a second, which leaves room for others: a receipt never queues behind one."""
CHAT = (1, 1.05)
"""Telegram's one a second, with a margin."""
GROUP = (20, 61.0)
"""Telegram's 20 a minute, with a margin."""
REMEMBERED_CHATS = 10_000
"""Chats whose windows are kept; above it those at rest are dropped."""


class RateWindow:
    """A sliding window: at most `limit` messages in any `seconds`, on the monotonic clock, in order of
    arrival.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.seconds = seconds
        self._times: deque[float] = deque(maxlen=limit)

    def reserve(self, now: float) -> float:
        """Take the next free place; returns the seconds until it."""
        at = now + self.free_in(now)
        self._times.append(at)
        return at - now

    def free_in(self, now: float) -> float:
        """Seconds until the next free place, 0 when there is one."""
        if not self._times:
            return 0.0
        first = self._times[0] + self.seconds if len(self._times) == self._times.maxlen else now
        return max(0.0, first - now, self._times[-1] - now)

    def remember(self, at: float) -> None:
        """Count a message that left at `at`; call in order of time."""
        self._times.append(at)

    def left(self, now: float) -> None:
        """Count the last message as sent now, not when its place was taken."""
        if self._times:
            self._times[-1] = max(self._times[-1], now)

    def is_idle(self, now: float) -> bool:
        return not self._times or self._times[-1] + self.seconds < now


@dataclass
class SendRateLimits:
    """Waits until a message may leave for a chat; groups have negative ids.

    A RetryAfter holds the chat that got it. One of a second chat while another is held is taken for a limit
    of the whole bot, and holds all.
    """

    clock: WallClock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _overall: RateWindow = field(default_factory=lambda: RateWindow(*OVERALL))
    _bulk: RateWindow = field(default_factory=lambda: RateWindow(*BULK))
    _chats: dict[int, list[RateWindow]] = field(default_factory=dict[int, list[RateWindow]])
    _held: dict[int, float] = field(default_factory=dict[int, float])
    _all_held: float = 0.0

    async def wait(self, chat_id: int, *, bulk: bool = False) -> None:
        """Wait for the chat's windows. `wait_overall` comes after it, so that a slow chat takes no place of
        the others.
        """
        for window in (*self._of_chat(chat_id), *([self._bulk] if bulk else [])):
            await self._place(window)

    async def wait_overall(self) -> None:
        """Wait until one more message may leave at all; it counts from then.

        A process that slept longer than it asked for would else send this one late and the 29th after it in
        time: 36 in a second were seen on a busy machine.
        """
        await self._place(self._overall)
        self._overall.left(self.clock.monotonic())

    def left(self, chat_id: int) -> None:
        """Count the last message of the chat as sent now: a slow answer makes no room for the next one."""
        now = self.clock.monotonic()
        for window in self._of_chat(chat_id):
            window.left(now)

    def hold(self, chat_id: int, seconds: float) -> None:
        """Hold the chat for the seconds of a RetryAfter."""
        now = self.clock.monotonic()
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        if any(chat != chat_id for chat in self._held):
            self.hold_all(seconds)
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), now + seconds)

    def hold_all(self, seconds: float) -> None:
        """Hold every chat."""
        self._all_held = max(self._all_held, self.clock.monotonic() + seconds)

    def held(self, chat_id: int) -> float:
        """For how many seconds nothing may be sent to this chat, because of a RetryAfter or of a group's
        limit.
        """
        now = self.clock.monotonic()
        until = max(self._held.get(chat_id, 0.0), self._all_held)
        full = self._of_chat(chat_id)[0].free_in(now) if chat_id < 0 else 0.0
        return max(0.0, until - now, full)

    @property
    def all_held(self) -> float:
        """For how many seconds nothing may be sent to any chat."""
        return max(0.0, self._all_held - self.clock.monotonic())

    def remember(self, sent: Iterable[tuple[int, float]]) -> None:
        """Count what another process has sent: pairs of chat and seconds ago, the oldest first."""
        now = self.clock.monotonic()
        for chat_id, ago in sent:
            for window in (*self._of_chat(chat_id), self._overall):
                window.remember(now - ago)

    async def _place(self, window: RateWindow) -> None:
        delay = window.reserve(self.clock.monotonic())
        if delay > 0:
            await self.sleep(delay)

    def _of_chat(self, chat_id: int) -> list[RateWindow]:
        if len(self._chats) > REMEMBERED_CHATS:
            now = self.clock.monotonic()
            busy = {key: all_ for key, all_ in self._chats.items() if not all(w.is_idle(now) for w in all_)}
            self._chats = busy
        limits = (GROUP, CHAT) if chat_id < 0 else (CHAT,)
        return self._chats.setdefault(chat_id, [RateWindow(*limit) for limit in limits])
