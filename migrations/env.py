"""Alembic's environment: runs on the connection it is given, or on DATABASE_URL's own."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from gym.core.config import load_config
from gym.core.database.engine import Database
from gym.core.database.migrations import carry_out
from gym.core.postgres import EmbeddedPostgres
from gym.tables import METADATA


def run(connection: Connection) -> None:
    """Migrate over an open connection, each revision in a transaction of its own unless one is open."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    """`alembic upgrade head` from the shell or a release step."""
    config = load_config()
    with EmbeddedPostgres(config.powergym_home) as postgres:
        database = Database(config.database_direct_url or config.database_url or postgres.start())
        await carry_out(database, run)
        await database.close()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
