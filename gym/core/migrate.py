"""Migrations at start: Alembic under an advisory lock, so that several processes may start at once.

Alembic is imported by whoever migrates: with all the migrations it takes a quarter of a second, which a start
over a database that is up to date need not spend.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text

from gym.core.database import Database

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

ROOT = Path(__file__).parents[2]
LOCK = 0x706F776572  # "power"
REVISION: Final = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
FOLLOWS: Final = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def alembic_config() -> AlembicConfig:
    """Alembic's settings, whatever the working directory is."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def head() -> str:
    """The newest revision in the code: the one that no other follows."""
    scripts = "".join(path.read_text() for path in (ROOT / "migrations" / "versions").glob("*.py"))
    (newest,) = set(REVISION.findall(scripts)) - set(FOLLOWS.findall(scripts))
    return newest


async def current(database: Database) -> str | None:
    """The revision of the database; None before the first one."""
    async with database.engine.connect() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        return await connection.scalar(text("SELECT version_num FROM alembic_version"))


async def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; cheap when it is there already."""
    if await current(database) == head():
        return
    async with database.unhurried() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
