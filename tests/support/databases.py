"""Throw-away databases: one server a run, one migrated template, a clone for each test."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from shutil import disk_usage
from typing import Final

import asyncpg

from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import upgrade
from tests.support.cleaning import Cleaner
from tests.support.travelling_engine import TravellingEngine

TEMPLATE = "powergym_template"
MEMORY: Final = Path("/dev/shm")
ENOUGH: Final = 2 << 30
"""Bytes free in memory for every worker's server, its log and its clones."""
NUMBERS: Final = count(1)


def in_memory() -> Path | None:
    """Where a throw-away server belongs: a clone is 350 files, which cost a disk ten times as much.

    None is the usual temporary folder, for a machine that has no room there.
    """
    try:
        roomy = os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free >= ENOUGH
    except OSError:
        return None
    return MEMORY if roomy else None


def database_url(server: str, name: str) -> str:
    """The server's address with another database."""
    return server.replace("/powergym?", f"/{name}?", 1)


@asynccontextmanager
async def administration(server: str) -> AsyncGenerator[asyncpg.Connection]:
    """A connection that makes and drops databases."""
    connection = await asyncpg.connect(plain_dsn(database_url(server, "postgres")))
    try:
        yield connection
    finally:
        await connection.close()


async def make_template(server: str) -> None:
    """Migrate once; nothing may stay connected, or it could not be cloned."""
    async with administration(server) as connection:
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
    database = Database(database_url(server, TEMPLATE))
    await upgrade(database)
    await database.close()


class Clones:
    """Hands out migrated databases of their own.

    A clone that `Cleaner` finds as it was made is used again. It is cleaned, or the next one copied, beside
    the test that runs: with the connections that stay open, PostgreSQL's share of 267 tests of rooms fell
    from 11.5 s of CPU to 4.4, and all of it from 29 to 21.
    """

    def __init__(self, server: str, engine: TravellingEngine) -> None:
        self.server = server
        self._engine = engine
        self._connection: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()
        self._cleaners: dict[str, Cleaner] = {}
        self._stock: deque[asyncio.Task[str]] = deque()
        self._drops: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def clone(self) -> AsyncGenerator[str]:
        """The address of a database as migrations make it; whoever is connected afterwards is cut off."""
        name = await self._take()
        try:
            yield database_url(self.server, name)
        finally:
            self._stock.append(asyncio.create_task(self._renewed(name)))

    @asynccontextmanager
    async def copy_of(self, template: str) -> AsyncGenerator[str]:
        """The address of a copy, dropped afterwards; nothing may be connected to the template."""
        name = await self._copy(template)
        try:
            yield database_url(self.server, name)
        finally:
            self._drops.append(asyncio.create_task(self._drop(name)))

    async def close(self) -> None:
        """Wait for what is under way and raise what went wrong; the server goes with all that it holds."""
        await asyncio.gather(*self._stock, *self._drops)
        for cleaner in self._cleaners.values():
            await cleaner.close()
        if self._connection is not None:
            await self._connection.close()

    async def _take(self) -> str:
        """The one that has been in stock for longest, which is the likeliest to be ready."""
        ready = self._stock.popleft() if self._stock else asyncio.create_task(self._cleanable())
        name = await ready
        if not self._stock:
            self._stock.append(asyncio.create_task(self._cleanable()))
        return name

    async def _renewed(self, name: str) -> str:
        """The same clone as it was made, or another."""
        if await self._cleaners[name].clean(self._engine.resting(name)):
            return name
        await self._cleaners.pop(name).close()
        await self._drop(name)
        return await self._cleanable()

    async def _cleanable(self) -> str:
        name = await self._copy(TEMPLATE)
        self._cleaners[name] = await Cleaner.into(database_url(self.server, name))
        return name

    async def _copy(self, template: str) -> str:
        name = f"gym_{os.getpid()}_{next(NUMBERS)}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    async def _drop(self, name: str) -> None:
        await self._engine.leave(name)
        await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        async with self._one_at_a_time:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(plain_dsn(database_url(self.server, "postgres")))
            await self._connection.execute(statement)
