"""Messages as Telegram returns them, with the keyboards under them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from bot.sandbox.state.conditions.clock import SandboxClock
from bot.sandbox.state.feed import Feed
from bot.sandbox.state.store import Json, Store


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """`body` is Telegram's Message object; `keyboard` the reply keyboard that came with it, if any."""

    chat_id: int
    message_id: int
    seq: int
    sender: int
    body: Json
    keyboard: Json | None
    deleted: bool

    @classmethod
    def of(cls, row: sqlite3.Row) -> StoredMessage:
        keyboard = json.loads(row["keyboard"]) if row["keyboard"] else None
        return cls(
            row["chat_id"],
            row["message_id"],
            row["seq"],
            row["sender"],
            json.loads(row["body"]),
            keyboard,
            bool(row["deleted"]),
        )

    @property
    def inline_rows(self) -> list[list[Json]]:
        return self.body.get("reply_markup", {}).get("inline_keyboard", [])


class MessageStore:
    """The messages of all chats, deleted ones included, for their buttons may still be pressed."""

    def __init__(self, store: Store, feed: Feed, clock: SandboxClock) -> None:
        self._store = store
        self._feed = feed
        self._clock = clock

    def post(self, chat: Json, sender: Json, content: Json, keyboard: Json | None = None) -> Json:
        """Save a message and number it; returns Telegram's Message."""
        chat_id: int = chat["id"]
        head: Json = {"message_id": self._next_id(chat_id), "from": sender, "chat": chat}
        body: Json = {**head, "date": self._clock.seconds(), **content}
        with self._store.transaction():
            self._store.run(
                "INSERT INTO messages (chat_id, message_id, seq, sender, body, keyboard)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                chat_id,
                body["message_id"],
                self._feed.next(chat_id),
                sender["id"],
                json.dumps(body),
                json.dumps(keyboard) if keyboard else None,
            )
            self._lay_keyboard(chat_id, body["message_id"], keyboard)
        return body

    def _next_id(self, chat_id: int) -> int:
        row = self._store.one("SELECT max(message_id) AS last FROM messages WHERE chat_id = ?", chat_id)
        return ((row["last"] if row else None) or 0) + 1

    def _lay_keyboard(self, chat_id: int, message_id: int, keyboard: Json | None) -> None:
        if keyboard is None:
            return
        if keyboard.get("remove_keyboard"):
            self.fold_keyboard(chat_id)
            return
        self._store.run(
            "INSERT OR REPLACE INTO keyboards (chat_id, message_id, markup) VALUES (?, ?, ?)",
            chat_id,
            message_id,
            json.dumps(keyboard),
        )

    def keyboard(self, chat_id: int) -> Json | None:
        """The reply keyboard (or forced reply) now under the chat's input line."""
        row = self._store.one("SELECT message_id, markup FROM keyboards WHERE chat_id = ?", chat_id)
        return {**json.loads(row["markup"]), "message_id": row["message_id"]} if row else None

    def fold_keyboard(self, chat_id: int) -> None:
        self._store.run("DELETE FROM keyboards WHERE chat_id = ?", chat_id)

    def find(self, chat_id: int, message_id: int) -> StoredMessage | None:
        row = self._store.one(
            "SELECT * FROM messages WHERE chat_id = ? AND message_id = ?", chat_id, message_id
        )
        return StoredMessage.of(row) if row else None

    def rewrite(self, message: StoredMessage, body: Json) -> Json:
        """Replace the content of a message; `edit_date` marks it."""
        body = {**body, "edit_date": self._clock.seconds()}
        self._store.run(
            "UPDATE messages SET body = ?, seq = ? WHERE chat_id = ? AND message_id = ?",
            json.dumps(body),
            self._feed.next(message.chat_id),
            message.chat_id,
            message.message_id,
        )
        return body

    def touch(self, message: StoredMessage) -> None:
        """Mark a message as changed, so that the chat page shows it anew."""
        self._store.run(
            "UPDATE messages SET seq = ? WHERE chat_id = ? AND message_id = ?",
            self._feed.next(message.chat_id),
            message.chat_id,
            message.message_id,
        )

    def delete(self, message: StoredMessage) -> None:
        self._store.run(
            "UPDATE messages SET deleted = 1, seq = ? WHERE chat_id = ? AND message_id = ?",
            self._feed.next(message.chat_id),
            message.chat_id,
            message.message_id,
        )

    def since(self, chat_id: int, after: int, limit: int = 500) -> list[StoredMessage]:
        """Messages that changed after `after`, the oldest first; the newest `limit` of them."""
        rows = self._store.rows(
            "SELECT * FROM (SELECT * FROM messages WHERE chat_id = ? AND seq > ?"
            " ORDER BY message_id DESC LIMIT ?) ORDER BY message_id",
            chat_id,
            after,
            limit,
        )
        return [StoredMessage.of(row) for row in rows]

    def last(self, chat_id: int) -> StoredMessage | None:
        """The newest message that is not deleted."""
        row = self._store.one(
            "SELECT * FROM messages WHERE chat_id = ? AND NOT deleted ORDER BY message_id DESC LIMIT 1",
            chat_id,
        )
        return StoredMessage.of(row) if row else None

    def was_said(self, text: str) -> bool:
        """Whether a person ever sent exactly this text."""
        return (
            self._store.one(
                "SELECT 1 FROM messages WHERE sender = chat_id AND json_extract(body, '$.text') = ? LIMIT 1",
                text,
            )
            is not None
        )
