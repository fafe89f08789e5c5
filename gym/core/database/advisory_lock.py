"""Session-level advisory lock that one process of several holds, and a report of who holds it."""

from __future__ import annotations

from typing import Final

import asyncpg
import structlog

log = structlog.get_logger()
_HOLDER: Final = """
SELECT format('backend %%s of %%s at %%s, connected since %%s%%s', a.pid, a.usename,
    coalesce(host(a.client_addr), 'this machine'), to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'),
    CASE WHEN a.application_name <> '' THEN ' (' || a.application_name || ')' ELSE '' END)
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = %d
"""


def holder_query(lock: int) -> str:
    """SQL that says in words which connection holds a lock; no row while nobody does."""
    return _HOLDER % lock


class ExclusiveLock:
    """Tried again and again by a process that stands by; says once for each holder whom it waits for.

    A pooler in transaction mode keeps the lock on a connection of its own when the process that asked for it
    is gone: then nobody works, and the log is where it can be seen.
    """

    def __init__(self, lock: int, waiting: str) -> None:
        self.lock = lock
        self._waiting = waiting
        self._said: str | None = None

    async def take(self, connection: asyncpg.Connection) -> bool:
        """Whether the connection holds it now, until it ends."""
        taken = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", self.lock))
        holder = None if taken else await connection.fetchval(holder_query(self.lock))
        if holder is not None and holder != self._said:
            log.info(self._waiting, held_by=holder)
        self._said = None if taken else holder or self._said
        return taken
