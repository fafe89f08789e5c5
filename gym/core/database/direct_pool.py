"""A pool of asyncpg's own connections: hand-written statements past SQLAlchemy, each its own transaction."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from gym.core.database.statements import DirectStatements, GuardedWrite, Row, Statement

SESSION_SETTINGS: Final = {"timezone": "UTC"}
"""Of every connection. A server of one's own has its machine's zone, and where the clock jumps at midnight
(Santiago, Asunción) days made by `generate_series` are one o'clock from that night on and meet no date.
"""
PATIENCE: Final = 10.0
"""Seconds to wait for a connection, and for an answer on it; then whoever asks is told to come back. A
network that falls silent would keep them for a quarter of an hour.
"""


class DirectPool:
    """Opened when it is first used, in the event loop that uses it."""

    def __init__(self, dsn: str, *, size: int, pooler: bool = False) -> None:
        self._dsn = dsn
        self._size = size
        # Behind PgBouncer in transaction mode a prepared statement may meet another server process.
        self._options: dict[str, Any] = (
            {"statement_cache_size": 0} if pooler else {"max_cached_statement_lifetime": 0}
        )
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """One statement, which is its own transaction."""
        async with (await self._opened()).acquire(timeout=PATIENCE) as connection:
            return await DirectStatements(connection).row(statement, values)

    async def write(self, effect: GuardedWrite, values: Mapping[str, Any], foreseen: Row) -> Row | None:
        """One effect, which is its own transaction."""
        async with (await self._opened()).acquire(timeout=PATIENCE) as connection:
            return await DirectStatements(connection).write(effect, values, foreseen)

    async def open(self) -> None:
        """Connect ahead of the first request."""
        await self._opened()

    async def close(self) -> None:
        """Terminate the connections; none is in use any more."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def _opened(self) -> asyncpg.Pool:
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        self._dsn,
                        min_size=2,
                        max_size=self._size,
                        init=_speak_json,
                        reset=_as_it_is,
                        command_timeout=PATIENCE,
                        server_settings=SESSION_SETTINGS,
                        max_inactive_connection_lifetime=0,  # the first check-in of a day need not connect
                        **self._options,
                    )
        return self._pool


async def _speak_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


async def _as_it_is(_: asyncpg.Connection) -> None:
    """These statements leave nothing behind, so nothing is reset: that would be one more round trip."""
