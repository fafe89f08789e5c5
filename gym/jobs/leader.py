"""One runner among replicas: whoever holds PostgreSQL's advisory lock, on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import asyncpg
import structlog

from gym.core.database.advisory_lock import SoleLock
from gym.core.database.engine import Database

log = structlog.get_logger()
LOCK = 0x6C6561646572  # "leader"
RETRY_SECONDS = 5.0
"""How long a lock that is free may stay unnoticed, and a lost connection too."""
PULSE_TIMEOUT = 5.0
GONE = (OSError, asyncpg.InterfaceError, asyncpg.PostgresError, TimeoutError)


async def lead(database: Database, term: Callable[[], Awaitable[None]]) -> None:
    """Wait for the lock, run `term` while holding it, and start over when the connection is lost.

    `term` is cancelled when the lock is lost: two leaders would be worse than none for five seconds.
    """
    lock = SoleLock(LOCK, "waits_to_lead")
    while True:
        try:
            async with database.direct() as connection:
                await _wait_for(lock, connection)
                log.info("leading")
                await _serve(connection, term)
        except GONE:
            log.warning("lead_lost")
        await asyncio.sleep(RETRY_SECONDS)


async def _wait_for(lock: SoleLock, connection: asyncpg.Connection) -> None:
    while not await lock.take(connection):  # noqa: ASYNC110
        await asyncio.sleep(RETRY_SECONDS)  # another process leads, and tells nobody when it ends


async def _serve(connection: asyncpg.Connection, term: Callable[[], Awaitable[None]]) -> None:
    """Both end together: the term when the connection is lost, the watch when the term fails."""
    lost = asyncio.Event()
    connection.add_termination_listener(partial(_set, lost))
    serving, watching = asyncio.ensure_future(term()), asyncio.ensure_future(_watch(connection, lost))
    try:
        await asyncio.wait((serving, watching), return_when=asyncio.FIRST_COMPLETED)
        for ended in (serving, watching):
            if ended.done():
                ended.result()
    finally:
        serving.cancel()
        watching.cancel()
        await asyncio.wait((serving, watching))


async def _watch(connection: asyncpg.Connection, lost: asyncio.Event) -> None:
    """Ends when the connection is closed; one that merely says nothing any more is asked. Raises `GONE`."""
    while not lost.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY_SECONDS):
                await lost.wait()
        if not lost.is_set():
            await connection.fetchval("SELECT 1", timeout=PULSE_TIMEOUT)


def _set(event: asyncio.Event, *_: object) -> None:
    event.set()
