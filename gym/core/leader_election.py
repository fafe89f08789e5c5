"""Leader election among replicas by an advisory lock of PostgreSQL, held on a connection of its own.

A term ends with its connection: two leaders would be worse than none for some seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import asyncpg
import structlog

from gym.core.database.advisory_lock import ExclusiveLock
from gym.core.database.engine import Database

log = structlog.get_logger()
PULSE_SECONDS: Final = 5.0
"""How often a leader's connection is asked, and how long any connection here may take to answer: a network
that falls silent ends none by itself."""
GONE: Final = (OSError, asyncpg.InterfaceError, asyncpg.PostgresError, TimeoutError)
Term = Callable[[asyncpg.Connection], Awaitable[None]]
"""What a leader does, given the connection that holds the lock; cancelled when that is lost."""


@dataclass(frozen=True, slots=True)
class LeaderRole:
    """What one replica of several does: its lock, how often that is tried, and the log's events."""

    lock: int
    retry_seconds: float
    """How long a lock that is free may stay unnoticed: the one who led tells nobody when it ends."""
    waits: str
    leads: str
    lost: str


class LeaderElection:
    """One replica's candidacy for a role, until cancelled."""

    def __init__(self, database: Database, role: LeaderRole) -> None:
        self._database = database
        self._role = role

    async def run(self, term: Term) -> None:
        """Wait for the lock, run `term` while holding it, and start over when either ends.

        A fault of `term` that is none of PostgreSQL's is raised.
        """
        role, lock = self._role, ExclusiveLock(self._role.lock, self._role.waits)
        while True:
            led = False
            try:
                async with self._database.direct() as connection:
                    while not await _asked(lock, connection):  # noqa: ASYNC110
                        await asyncio.sleep(role.retry_seconds)
                    led = True
                    log.info(role.leads)
                    await _serve(connection, term)
            except GONE:
                if led:
                    log.warning(role.lost)
            await asyncio.sleep(role.retry_seconds)


async def _asked(lock: ExclusiveLock, connection: asyncpg.Connection) -> bool:
    """Whether the lock is held now. Raises `TimeoutError` when the connection says nothing any more."""
    async with asyncio.timeout(PULSE_SECONDS):
        return await lock.take(connection)


async def _serve(connection: asyncpg.Connection, term: Term) -> None:
    """Both end together: the term when the connection is lost, the watch when the term fails."""
    lost = asyncio.Event()
    connection.add_termination_listener(partial(_set, lost))
    serving = asyncio.ensure_future(term(connection))
    watching = asyncio.ensure_future(_watch(connection, lost))
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
            async with asyncio.timeout(PULSE_SECONDS):
                await lost.wait()
        if not lost.is_set():
            await connection.fetchval("SELECT 1", timeout=PULSE_SECONDS)


def _set(event: asyncio.Event, *_: object) -> None:
    event.set()
