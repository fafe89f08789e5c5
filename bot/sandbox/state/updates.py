"""Updates that the bot has not confirmed yet; they survive a killed server."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.sandbox.errors import BotApiError
from bot.sandbox.state.signals import Signals
from bot.sandbox.state.store import Json, Store

TOPIC = "updates"
# core.telegram.org/bots/api#getupdates: these come only when asked for by name.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TERMINATED = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Updates:
    """The queue of updates, for the long poll as well as for the webhook."""

    def __init__(self, store: Store, signals: Signals) -> None:
        self._store = store
        self._signals = signals
        self._poller = 0

    def add(self, kind: str, content: Json) -> int | None:
        """Queue one update; None for a kind that the bot has not asked for."""
        if not self._wanted(kind):
            return None
        made = self._store.run("INSERT INTO updates (body) VALUES (?)", json.dumps({kind: content}))
        self._signals.ring(TOPIC)
        return made.lastrowid

    def inject(self, update_id: int, body: Json) -> None:
        """Queue an update under a given id: late, repeated, strange."""
        self._store.run(
            "INSERT OR REPLACE INTO updates (update_id, body) VALUES (?, ?)", update_id, json.dumps(body)
        )
        self._signals.ring(TOPIC)

    def _wanted(self, kind: str) -> bool:
        allowed: list[str] = self._store.recall("allowed_updates", [])
        return kind in allowed if allowed else kind not in NOT_BY_DEFAULT

    def allow(self, kinds: Sequence[str]) -> None:
        """Remember the kinds asked for until the next call that names kinds, as Telegram does."""
        self._store.remember("allowed_updates", list(kinds))

    def confirm_below(self, update_id: int) -> None:
        self._store.run("DELETE FROM updates WHERE update_id < ?", update_id)

    def confirm(self, update_id: int) -> None:
        self._store.run("DELETE FROM updates WHERE update_id = ?", update_id)

    def confirm_all(self) -> None:
        self._store.run("DELETE FROM updates")

    def keep_last(self, count: int) -> None:
        """Forget all but the last `count`, as a negative offset does."""
        self._store.run(
            "DELETE FROM updates WHERE update_id NOT IN"
            " (SELECT update_id FROM updates ORDER BY update_id DESC LIMIT ?)",
            count,
        )

    def pending(self, limit: int = 100) -> list[Json]:
        rows = self._store.rows("SELECT update_id, body FROM updates ORDER BY update_id LIMIT ?", limit)
        return [{"update_id": row["update_id"], **json.loads(row["body"])} for row in rows]

    def count(self) -> int:
        row = self._store.one("SELECT count(*) AS count FROM updates")
        return row["count"] if row else 0

    async def poll(self, limit: int, seconds: float) -> list[Json]:
        """The long poll. A younger poll ends an older one with 409, as at Telegram."""
        self._poller += 1
        mine = self._poller
        self._signals.ring(TOPIC)
        await self._signals.until(TOPIC, lambda: self._poller != mine or self.count() > 0, seconds)
        if self._poller != mine:
            raise BotApiError(409, TERMINATED)
        return self.pending(limit)

    async def wait(self, seconds: float) -> bool:
        return await self._signals.until(TOPIC, lambda: self.count() > 0, seconds)
