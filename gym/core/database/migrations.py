"""Migrations at start: Alembic under an advisory lock, so that several processes may start at once.

Alembic is imported by whoever migrates: with all the migrations it takes a quarter of a second, which a start
over a database that is up to date need not spend.

Each migration is a transaction of its own and waits for no table longer than `LOCK_WAIT`: whatever waits for
one keeps the door waiting behind it. One that cannot have its tables is tried again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from gym.core.database.engine import Database, is_retryable, sqlstate
from gym.core.postgres import PostgresUnavailable

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

log = structlog.get_logger()

LOCK = 0x706F776572  # "power"
LOCK_WAIT: Final = "1s"
"""Longest wait for a table; nobody at the door notices a second, and their requests wait behind it."""
LOCK_NOT_AVAILABLE: Final = "55P03"
"""SQLSTATE of a statement that waited longer than `lock_timeout`."""
PAUSES: Final = (1, 2, 4, 8, *[15] * 60)
"""Seconds between tries, a quarter of an hour in all: a backup holds every table until it has ended."""
KEPT: Final = (
    "the database could not be brought to the newest revision: another program keeps its tables, "
    "for instance a backup. Wait until it has ended and start again."
)
SLICE: Final = 500
"""Blocks of 8 kB, some thousand rows."""
WITHIN: Final = Path(__file__).parents[2] / "migrations"
BESIDE: Final = Path(__file__).parents[3] / "migrations"
MIGRATIONS: Final = WITHIN if WITHIN.is_dir() else BESIDE
"""A wheel has them within the package, so that site-packages gets no package of that name."""
REVISION: Final = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
FOLLOWS: Final = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def alembic_config() -> AlembicConfig:
    """Alembic's settings, whatever the working directory is; alembic.ini is for its own command alone."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def head() -> str:
    """The newest revision in the code: the one that no other follows."""
    scripts = "".join(path.read_text() for path in (MIGRATIONS / "versions").glob("*.py"))
    (newest,) = set(REVISION.findall(scripts)) - set(FOLLOWS.findall(scripts))
    return newest


def knows(revision: str) -> bool:
    """Whether the code can migrate a database of this revision to the newest one."""
    return any(
        revision in REVISION.findall(path.read_text()) for path in (MIGRATIONS / "versions").glob("*.py")
    )


async def current(database: Database) -> str | None:
    """The revision of the database; None before the first one."""
    async with database.engine.connect() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        return await connection.scalar(text("SELECT version_num FROM alembic_version"))


async def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; cheap when it is there already.

    Raises `PostgresUnavailable` when others keep its tables.
    """
    if await current(database) != head():
        await carry_out(database, _upgrade)


async def carry_out(database: Database, work: Callable[[Connection], None]) -> None:
    """Alembic's work on a connection of its own, one process at a time, again while others keep the tables.

    What was done before stands, and the work goes on with the migration that could not be done.
    Raises `PostgresUnavailable` when the last try found them kept still.
    """
    async with database.unhurried() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        await connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT}'"))
        await connection.commit()
        for pause in PAUSES:
            if await _has_worked(connection, work):
                return
            await asyncio.sleep(pause)
        if not await _has_worked(connection, work):
            raise PostgresUnavailable(KEPT)


async def _has_worked(connection: AsyncConnection, work: Callable[[Connection], None]) -> bool:
    """False when somebody kept a table or a row."""
    try:
        await connection.run_sync(work)
    except DBAPIError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE and not is_retryable(error):
            raise
        await connection.rollback()
        log.warning("migration_waits", reason=sqlstate(error))
        return False
    await connection.commit()
    return True


def in_slices(connection: Connection, table: str) -> Iterator[str]:
    """Conditions on `ctid` that together cover every row that a table has now, a few megabytes each.

    For statements that write many rows anew: each slice is scanned once, and each may be a transaction.
    """
    blocks = connection.scalar(
        text("SELECT pg_relation_size(CAST(:table AS regclass)) / current_setting('block_size')::int"),
        {"table": table},
    )
    for first in range(0, blocks or 0, SLICE):
        yield f"ctid >= '({first},0)' AND ctid < '({first + SLICE},0)'"


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
