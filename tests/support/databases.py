"""Throw-away databases: one server a run, one migrated template, a clone for each test."""

from __future__ import annotations

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
    """Hands out migrated databases of their own."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.made = 0

    @asynccontextmanager
    async def clone(self, template: str = TEMPLATE) -> AsyncGenerator[str]:
        """The address of a fresh clone, dropped afterwards; nothing may be connected to the template."""
        self.made += 1
        name = f"gym_{os.getpid()}_{self.made}"
        async with administration(self.server) as connection:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield database_url(self.server, name)
        finally:
            async with administration(self.server) as connection:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
