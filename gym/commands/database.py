"""Commands of the database: migrate, check migrations against models, read and advance the clock."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import typer
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from gym.app import open_gym
from gym.core.config import Config
from gym.core.database.engine import Base, Database
from gym.core.database.migrations import head, upgrade
from gym.core.postgres import EmbeddedPostgres


async def migrate(config: Config) -> int:
    """Upgrade to the newest revision, whatever AUTO_MIGRATE says."""
    async with open_gym(config, faces=False, migrate=True):
        typer.echo(f"The database is at revision {head()}.")
    return 0


async def check() -> int:
    """Do the migrations make exactly what the models describe? Tried on a throw-away database."""
    with (
        tempfile.TemporaryDirectory(prefix="pg-check-", ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder), durable=False) as postgres,
    ):
        differences = await _compare(Database(postgres.start()))
    for difference in differences:
        typer.echo(f"models and migrations differ: {difference}", err=True)
    if not differences:
        typer.echo("Models and migrations agree.")
    return 1 if differences else 0


async def _compare(database: Database) -> list[object]:
    try:
        await upgrade(database)
        async with database.engine.connect() as connection:
            return await connection.run_sync(_differences)
    finally:
        await database.close()


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


async def read_clock(config: Config) -> int:
    async with open_gym(config, faces=False) as opened:
        typer.echo((await opened.now()).isoformat())
    return 0


async def move_clock(config: Config, days: int, hours: int) -> int:
    async with open_gym(config, faces=False) as opened:
        typer.echo((await opened.advance_clock(timedelta(days=days, hours=hours))).isoformat())
    return 0
