"""Recovery of the embedded server: one attempt at a time in the background, while requests are refused."""

from __future__ import annotations

import asyncio

import structlog

from gym.core.postgres import EmbeddedPostgres, PostgresUnavailable

log = structlog.get_logger()


class Recovery:
    """Crash recovery may take minutes, so no request waits for it: each raises `DatabaseUnavailable`."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres
        self._attempt: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start an attempt unless one is under way."""
        if self._attempt is None or self._attempt.done():
            log.warning("database_unreachable")
            self._attempt = asyncio.create_task(self._ensure())

    async def _ensure(self) -> None:
        try:
            await asyncio.to_thread(self._postgres.ensure)
        except PostgresUnavailable as error:
            log.warning("database_not_revived", reason=str(error))
