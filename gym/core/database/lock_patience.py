"""Bounded waits for locks: a statement that waits longer for another transaction raises instead."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.engine import sqlstate

LOCK_NOT_AVAILABLE = "55P03"


class LockWaitTooLong(Exception):
    """Somebody else holds the lock; the transaction can only be rolled back, at least to its savepoint."""


@asynccontextmanager
async def waiting_at_most(session: AsyncSession, patience: timedelta) -> AsyncGenerator[None]:
    """Statements inside wait so long for locks. Raises `LockWaitTooLong`."""
    milliseconds = int(patience.total_seconds() * 1000)
    await session.execute(text(f"SET LOCAL lock_timeout = {milliseconds}"))
    try:
        yield
    except DBAPIError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise LockWaitTooLong from error
        raise
    await session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
