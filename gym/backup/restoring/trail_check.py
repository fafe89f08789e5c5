"""The audit trail of a restored database, verified against its hash chain."""

from __future__ import annotations

import asyncpg

from gym.audit.verification import TrailVerification, read_head, verify_trail
from gym.core.database.engine import plain_dsn
from gym.security.cipher import Keyring


async def trail_at(url: str, keyring: Keyring) -> TrailVerification | None:
    """What the trail of the database at `url` comes to; None for one from before the chain.

    `keyring` holds the data keys that the database came with.
    """
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return (
            None if await read_head(connection) is None else await verify_trail(connection, keyring=keyring)
        )
    finally:
        await connection.close(timeout=2)
