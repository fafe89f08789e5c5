"""The call log: calls of the bot, with arguments and answer."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass

from bot.sandbox.state.signals import Signals
from bot.sandbox.state.store import Json

KEPT = 5000
TOPIC = "calls"


@dataclass(frozen=True, slots=True)
class LoggedCall:
    seq: int
    method: str
    arguments: Json
    status: int
    answer: object
    at: float


class CallLog:
    """The last 5,000 calls, in memory."""

    def __init__(self, signals: Signals) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=KEPT)
        self._signals = signals
        self.seq = 0

    def add(self, method: str, arguments: Json, status: int, answer: object, at: float) -> None:
        self.seq += 1
        self._calls.append(LoggedCall(self.seq, method, arguments, status, answer, at))
        self._signals.ring(TOPIC)

    async def since(self, after: int, seconds: float) -> list[Json]:
        await self._signals.until(TOPIC, lambda: self.seq > after, seconds)
        return [asdict(call) for call in self._calls if call.seq > after]
