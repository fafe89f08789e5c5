"""Autocommit sessions for what runs on every update: each statement is a transaction, without BEGIN."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.engine import FAULTS, Database, is_refusal, is_unavailable, sqlstate
from gym.core.errors import DatabaseUnavailable
from gym.core.postgres.recovery import Recovery

log = structlog.get_logger()


class AutocommitSessions:
    """Sessions over the gym's own pool in autocommit: one statement is one transaction."""

    def __init__(self, database: Database, recovery: Recovery | None = None) -> None:
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._revival = recovery

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncSession]:
        """Raises `DatabaseUnavailable` when PostgreSQL is out of reach, and wakes the embedded one.

        So it does for all that is not a refusal of the values: each statement is a transaction, so nothing
        was written, and the same work is right when the lock or the migration is over.
        """
        try:
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                yield session
        except FAULTS as error:
            if is_refusal(error):
                raise
            if not is_unavailable(error):
                log.warning(
                    "database_hinders", state=sqlstate(error) if isinstance(error, DBAPIError) else None
                )
            elif self._revival is not None:
                self._revival.begin()
            raise DatabaseUnavailable from error
