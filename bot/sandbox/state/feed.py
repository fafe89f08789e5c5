"""The feed: one growing number for every change that a chat page can show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.state.signals import Signals
from bot.sandbox.state.store import Store

BLOCK = 1000
"""Numbers reserved by one write; so many are skipped after a crash at most."""
ACTION_SECONDS = 5.0  # core.telegram.org/bots/api#sendchataction
EVERYWHERE = "feed"


@dataclass(frozen=True, slots=True)
class Action:
    """A chat action of the bot: `typing`, `upload_photo`, …"""

    kind: str
    ends: float


class Feed:
    """Numbers are reserved in blocks, so that they grow after a `kill -9` too, without a write per change."""

    def __init__(
        self, store: Store, signals: Signals, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._signals = signals
        self._monotonic = monotonic
        self._reserved: int = store.recall("feed_reserved", 0)
        self.seq = self._reserved
        self._latest: dict[int, int] = {}
        self._actions: dict[int, Action] = {}

    def next(self, chat_id: int) -> int:
        """A number for a change in this chat; wakes those who watch the chat."""
        self.seq += 1
        if self.seq > self._reserved:
            self._reserved += BLOCK
            self._store.remember("feed_reserved", self._reserved)
        self._latest[chat_id] = self.seq
        self._signals.ring(("chat", chat_id), EVERYWHERE)
        return self.seq

    def latest(self, chat_id: int) -> int:
        """The number of the chat's last change."""
        if chat_id not in self._latest:
            row = self._store.one("SELECT max(seq) AS seq FROM messages WHERE chat_id = ?", chat_id)
            self._latest[chat_id] = (row["seq"] if row else None) or 0
        return self._latest[chat_id]

    def show_action(self, chat_id: int, kind: str) -> None:
        self._actions[chat_id] = Action(kind, self._monotonic() + ACTION_SECONDS)
        self.next(chat_id)

    def end_action(self, chat_id: int) -> None:
        self._actions.pop(chat_id, None)

    def action(self, chat_id: int) -> str | None:
        action = self._actions.get(chat_id)
        return action.kind if action and action.ends > self._monotonic() else None

    async def wait_chat(self, chat_id: int, after: int, seconds: float) -> None:
        await self._signals.until(("chat", chat_id), lambda: self.latest(chat_id) > after, seconds)

    async def wait_anywhere(self, after: int, seconds: float) -> None:
        await self._signals.until(EVERYWHERE, lambda: self.seq > after, seconds)
