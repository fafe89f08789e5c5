"""The store of the sandbox: one SQLite database, in a file or in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS memory (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (
  id INTEGER PRIMARY KEY AUTOINCREMENT, first_name TEXT NOT NULL, last_name TEXT, username TEXT,
  language_code TEXT, phone_number TEXT,
  started INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS groups (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, topics TEXT NOT NULL, kicked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS members (
  group_id INTEGER NOT NULL, person_id INTEGER NOT NULL, PRIMARY KEY (group_id, person_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bot_admin (group_id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS messages (
  chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, seq INTEGER NOT NULL, sender INTEGER NOT NULL,
  body TEXT NOT NULL, keyboard TEXT, deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat_id, message_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_change ON messages (chat_id, seq);
CREATE TABLE IF NOT EXISTS keyboards (
  chat_id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL, markup TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS updates (update_id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS callbacks (
  id TEXT PRIMARY KEY, person_id INTEGER NOT NULL, asked_at REAL NOT NULL, answer TEXT);
CREATE TABLE IF NOT EXISTS commands (
  scope TEXT NOT NULL, language TEXT NOT NULL, commands TEXT NOT NULL, PRIMARY KEY (scope, language));
"""
FIRST_NUMBERS = {"people": 700_000_000, "updates": 100_000_000}


def open_database(path: Path | None) -> sqlite3.Connection:
    """Open the database in autocommit; what is committed survives a `kill -9` of the process, not of the
    machine."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")
    return database


class Store:
    """Short statements only: they run on the event loop, some tens of microseconds each."""

    def __init__(self, path: Path | None) -> None:
        self._database = open_database(path)
        self._database.executescript(SCHEMA)
        self._number_from()

    def _number_from(self) -> None:
        known = (
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE NOT EXISTS "
            "(SELECT 1 FROM sqlite_sequence WHERE name = ?1)"
        )
        for table, first in FIRST_NUMBERS.items():
            self.run(known, table, first)

    def run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._database.execute(sql, values)

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self._database.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        return self._database.execute(sql, values).fetchone()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing; joins a transaction that is already open."""
        if self._database.in_transaction:
            yield
            return
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    def remember(self, key: str, value: object) -> None:
        self.run("INSERT OR REPLACE INTO memory (key, value) VALUES (?, ?)", key, json.dumps(value))

    def recall(self, key: str, default: Any = None) -> Any:
        row = self.one("SELECT value FROM memory WHERE key = ?", key)
        return json.loads(row["value"]) if row else default

    def forget(self, key: str) -> None:
        self.run("DELETE FROM memory WHERE key = ?", key)

    def close(self) -> None:
        self._database.close()
