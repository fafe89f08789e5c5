"""Marks on messages: the bot's reactions, and the pinned messages of each chat."""

from __future__ import annotations

import json

from bot.sandbox.state.store import Store


class Marks:
    """Kept beside the messages, whose Telegram objects do not hold them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def react(self, chat_id: int, message_id: int, emoji: list[str]) -> None:
        """Set the reactions to a message in place of those before."""
        key = f"reaction:{chat_id}:{message_id}"
        self._store.remember(key, emoji) if emoji else self._store.forget(key)

    def reactions(self, chat_id: int) -> dict[int, list[str]]:
        """The emoji on the messages of a chat, by message."""
        rows = self._store.rows(
            "SELECT key, value FROM memory WHERE key GLOB 'reaction:' || ? || ':*'", chat_id
        )
        return {int(row["key"].rpartition(":")[2]): json.loads(row["value"]) for row in rows}

    def pins(self, chat_id: int) -> list[int]:
        """The pinned messages of a chat, the one pinned last at the end."""
        return self._store.recall(f"pins:{chat_id}", [])

    def pin(self, chat_id: int, message_id: int) -> None:
        self._keep(chat_id, [*(one for one in self.pins(chat_id) if one != message_id), message_id])

    def unpin(self, chat_id: int, message_id: int) -> None:
        self._keep(chat_id, [one for one in self.pins(chat_id) if one != message_id])

    def unpin_all(self, chat_id: int) -> None:
        self._keep(chat_id, [])

    def _keep(self, chat_id: int, pins: list[int]) -> None:
        self._store.remember(f"pins:{chat_id}", pins)
