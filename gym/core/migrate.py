"""Migrations at start: Alembic under an advisory lock, so that several processes may start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gym.core.database import Database

ROOT = Path(__file__).parents[2]
LOCK = 0x706F776572  # "power"


def alembic_config() -> AlembicConfig:
    """Alembic's settings, whatever the working directory is."""
    config = AlembicConfig(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def head() -> str | None:
    """The newest revision in the code."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


async def current(database: Database) -> str | None:
    """The revision of the database."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(
            lambda plain: MigrationContext.configure(plain).get_current_revision()
        )


async def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; cheap when it is there already."""
    if await current(database) == head():
        return
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
