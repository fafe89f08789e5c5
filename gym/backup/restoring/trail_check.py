"""The audit trail of a restored database, verified against its hash chain."""

from __future__ import annotations

import asyncpg

from gym.audit.verification import TrailVerification, read_head, verify_trail
from gym.core.database.engine import plain_dsn


async def trail_at(url: str) -> TrailVerification | None:
    """What the trail of the database at `url` comes to; None for one from before the chain."""
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return None if await read_head(connection) is None else await verify_trail(connection)
    finally:
        await connection.close(timeout=2)
