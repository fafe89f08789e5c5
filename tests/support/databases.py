"""Throw-away databases: one server a run, one migrated template, a clone for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from gym.core.database import Database, plain_dsn
from gym.core.migrate import upgrade

TEMPLATE = "powergym_template"


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
    async def clone(self) -> AsyncGenerator[str]:
        """The address of a fresh clone, dropped afterwards."""
        self.made += 1
        name = f"gym_{os.getpid()}_{self.made}"
        async with administration(self.server) as connection:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        try:
            yield database_url(self.server, name)
        finally:
            async with administration(self.server) as connection:
                await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
