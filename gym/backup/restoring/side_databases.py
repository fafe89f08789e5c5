"""Databases beside the gym's: made for a restore, then dropped, or put in its place in one transaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg
from sqlalchemy import make_url

from gym.backup.errors import DatabaseNotMade, DiskFull, GymOpen
from gym.core.database.engine import plain_dsn

MAINTENANCE: Final = "postgres"
"""The database that every server has and nobody works in: one's own cannot be renamed."""
RESTORING, PROOF = HALF_FILLED = ("restoring", "proof")
LONGEST_NAME: Final = 63
_OTHERS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_KEPT: Final = """
SELECT d.datname FROM pg_database d
WHERE starts_with(d.datname, $1) OR (
    d.datname = ANY ($2::text[]) AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
)
ORDER BY d.datname
"""


@dataclass(frozen=True, slots=True)
class SideDatabases:
    """Those of one gym, told by its database's name with a word behind it."""

    url: str
    """SQLAlchemy's address of the gym's own database, past any pooler."""

    @property
    def own(self) -> str:
        return make_url(self.url).database or MAINTENANCE

    def named(self, word: str) -> str:
        return f"{self.own[: LONGEST_NAME - len(word) - 1]}_{word}"

    def url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    async def make(self, name: str) -> str:
        """An empty database in the place of an older one of that name; its address.

        Raises `DatabaseNotMade`.
        """
        try:
            async with self._maintenance() as connection:
                await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
                await connection.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0")
        except asyncpg.DiskFullError:
            raise DiskFull from None
        except asyncpg.PostgresError as error:
            raise DatabaseNotMade(str(error).splitlines()[0]) from None
        return self.url_of(name)

    async def drop(self, name: str) -> None:
        async with self._maintenance() as connection:
            await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    async def kept(self) -> list[str]:
        """Gyms that restores have replaced, and what a killed restore or proof has left."""
        half = [self.named(word) for word in HALF_FILLED]
        async with self._maintenance() as connection:
            return [row[0] for row in await connection.fetch(_KEPT, f"{self.own}_before_", half)]

    async def require_nobody_else(self) -> None:
        """Raises `GymOpen` while another program is connected."""
        async with self._maintenance() as connection:
            if await connection.fetchval(_OTHERS, self.own):
                raise GymOpen

    async def swap(self, name: str, wall: datetime) -> str:
        """Put a database in the gym's place, in one transaction; what the gym's is called from then on.

        Raises `GymOpen` when somebody is connected to either.
        """
        before = self.named(f"before_{wall.astimezone(UTC):%Y%m%d_%H%M%S}")
        try:
            async with self._maintenance() as connection, connection.transaction():
                await connection.execute(f"ALTER DATABASE {_quoted(self.own)} RENAME TO {_quoted(before)}")
                await connection.execute(f"ALTER DATABASE {_quoted(name)} RENAME TO {_quoted(self.own)}")
        except asyncpg.ObjectInUseError:
            raise GymOpen from None
        return before

    @asynccontextmanager
    async def _maintenance(self) -> AsyncGenerator[asyncpg.Connection]:
        connection = await asyncpg.connect(plain_dsn(self.url_of(MAINTENANCE)))
        try:
            yield connection
        finally:
            await connection.close(timeout=2)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
