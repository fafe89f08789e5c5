"""Waiting until transactions of one database wait for locks that others hold."""

from __future__ import annotations

import asyncio
from typing import Final

from sqlalchemy import text

from gym.app import Gym

_WAITING: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
"""Of this database only: while a test runs, the server cleans another one for the next test."""
PATIENCE: Final = 20.0


async def until_waiting(gym: Gym, number: int = 1) -> None:
    """Until as many transactions wait. Raises `TimeoutError`."""
    async with gym.database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        async with asyncio.timeout(PATIENCE):
            while (await outside.scalar(_WAITING) or 0) < number:
                pass
