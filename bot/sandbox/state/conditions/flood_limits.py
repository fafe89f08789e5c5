"""Telegram's flood limits, enforced on request only."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.errors import FloodWait


@dataclass(slots=True)
class FloodBucket:
    """A token bucket: `rate` a second, at most `burst` at once."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    filled: float | None = None

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def wait_seconds(self, now: float) -> float:
        """Seconds until a token is there, 0 when one is."""
        since = now - (self.filled if self.filled is not None else now)
        self.tokens, self.filled = min(self.burst, self.tokens + since * self.rate), now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate

    def take(self) -> None:
        self.tokens -= 1


class FloodLimits:
    """30/s overall, 1/s per chat with a short burst, 20/min per group (core.telegram.org/bots/faq)."""

    def __init__(self, enabled: bool = False, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.enabled = enabled
        self._monotonic = monotonic
        self._overall = FloodBucket(30, 30)
        self._chats: defaultdict[int, FloodBucket] = defaultdict(lambda: FloodBucket(1, 5))
        self._groups: defaultdict[int, FloodBucket] = defaultdict(lambda: FloodBucket(20 / 60, 20))

    def spend(self, chat_id: int) -> None:
        """Take a token. Raises `FloodWait` when this message comes too soon."""
        if not self.enabled:
            return
        buckets = [self._overall, self._groups[chat_id] if chat_id < 0 else self._chats[chat_id]]
        now = self._monotonic()
        wait = max(bucket.wait_seconds(now) for bucket in buckets)
        if wait > 0:
            raise FloodWait(math.ceil(wait))
        for bucket in buckets:
            bucket.take()
