"""Callback queries: presses that wait for the bot's answer."""

from __future__ import annotations

import json
import secrets
import time

from bot.sandbox.errors import BadRequest
from bot.sandbox.state.signals import Signals
from bot.sandbox.state.store import Json, Store

# Telegram gives no figure; queries were seen to expire after some minutes.
OLDEST_SECONDS = 15 * 60
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Callbacks:
    """Open queries, kept in the store, so that a bot that comes back after a restart can still answer."""

    def __init__(self, store: Store, signals: Signals) -> None:
        self._store = store
        self._signals = signals

    def ask(self, person_id: int) -> str:
        """Open a query; returns its id."""
        number = str(secrets.randbits(62))
        with self._store.transaction():
            self._store.run("DELETE FROM callbacks WHERE asked_at < ?", time.time() - OLDEST_SECONDS)
            self._store.run(
                "INSERT INTO callbacks (id, person_id, asked_at) VALUES (?, ?, ?)",
                number,
                person_id,
                time.time(),
            )
        return number

    def answer(self, number: str, answer: Json) -> None:
        """Answer a query. Raises when it is unknown or too old; a second answer changes nothing.

        So it was reported of Telegram, which documents nothing of it: issue 1364 of python-telegram-bot.
        """
        row = self._store.one("SELECT asked_at, answer FROM callbacks WHERE id = ?", number)
        if row is None or row["asked_at"] < time.time() - OLDEST_SECONDS:
            raise BadRequest(TOO_OLD)
        if row["answer"] is None:
            self._store.run("UPDATE callbacks SET answer = ? WHERE id = ?", json.dumps(answer), number)
        self._signals.ring(("callback", number))

    def expire_all(self) -> None:
        """Make every open query too old (control API)."""
        self._store.run("DELETE FROM callbacks")

    def read(self, number: str) -> Json | None:
        row = self._store.one("SELECT answer FROM callbacks WHERE id = ?", number)
        return json.loads(row["answer"]) if row and row["answer"] else None

    async def wait(self, number: str, seconds: float) -> Json | None:
        """The bot's answer, None if it stayed silent."""
        await self._signals.until(("callback", number), lambda: self.read(number) is not None, seconds)
        return self.read(number)
