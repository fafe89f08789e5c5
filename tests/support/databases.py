"""Throw-away databases: one server a run, one migrated template, a clone for each test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Any, Final

import asyncpg
from sqlalchemy import event, make_url

from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import upgrade

TEMPLATE = "powergym_template"
MEMORY: Final = Path("/dev/shm")
ENOUGH: Final = 2 << 30
"""Bytes free in memory for every worker's server, its log and its clones."""


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
    """Hands out migrated databases of their own, over one connection.

    The next clone is copied, and the last one dropped, beside the test that runs: on a busy machine, set-up
    and end of 74 tests of rooms went from 23 s to 14, beside calls of 26.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self.made = 0
        self._connection: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()
        self._spare: asyncio.Task[str] | None = None
        self._drops: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def clone(self, template: str = TEMPLATE) -> AsyncGenerator[str]:
        """The address of a fresh clone, dropped afterwards; nothing may be connected to the template."""
        name = await (self._take_spare() if template == TEMPLATE else self._create(template))
        try:
            yield database_url(self.server, name)
        finally:
            self._drops.append(asyncio.create_task(self._drop(name)))

    async def close(self) -> None:
        """Wait for what is under way and raise what went wrong; the server goes with all that it holds."""
        if self._spare is not None:
            await self._spare
        await asyncio.gather(*self._drops)
        if self._connection is not None:
            await self._connection.close()

    async def _take_spare(self) -> str:
        ready = self._spare or asyncio.create_task(self._create(TEMPLATE))
        self._spare = None
        name = await ready
        self._spare = asyncio.create_task(self._create(TEMPLATE))
        return name

    async def _create(self, template: str) -> str:
        self.made += 1
        name = f"gym_{os.getpid()}_{self.made}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    async def _drop(self, name: str) -> None:
        await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        async with self._one_at_a_time:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(plain_dsn(database_url(self.server, "postgres")))
            await self._connection.execute(statement)


class TravellingEngine:
    """One engine that goes from clone to clone and keeps every statement it has compiled."""

    def __init__(self, server: str) -> None:
        self._database = ""
        self._engine = Database(server, pool_size=40).engine
        event.listen(self._engine.sync_engine, "do_connect", self._point)

    def at(self, url: str) -> Database:
        """The clone at this address; close it before going to the next one."""
        self._database = make_url(url).database or ""
        database = Database(url)
        database.engine = self._engine
        database.sessions.configure(bind=self._engine)
        return database

    def _point(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["database"] = self._database
