"""Hand-written SQL statements and what runs them: a session, or a direct connection of asyncpg.

A write is a `GuardedWrite`: in a session a statement by itself, on a direct connection one of several
that are joined into one statement, since every trip to PostgreSQL costs as much as what it does there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

import asyncpg
import asyncpg.pool
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.ext.asyncio import AsyncSession

Row = Mapping[Any, Any]
_DIALECT: Final = dialect.dialect()
_ONLY: Final = "{only}"


class Statement:
    """SQL with `:names`, compiled once for both ways of running it."""

    def __init__(self, sql: str) -> None:
        self.text = text(sql)
        compiled = self.text.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(cast("Any", compiled).positiontup)

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of `$1`, `$2`, …"""
        return [values[name] for name in self.names]


class GuardedWrite:
    """A write as WITH queries, the one called `name` returning a row when it is done.

    `{only}` stands where the condition goes under which it happens at all. A name is the same value in every
    write of a transaction. `:foreseen_x` is what `x` must come to, or NULL where that need not be known.
    """

    def __init__(self, name: str, queries: str) -> None:
        self.name = name
        self._queries = queries
        self.alone = Statement(f"WITH {self.where('true')} SELECT * FROM {name}")  # noqa: S608 - ours

    def where(self, condition: str) -> str:
        """Its WITH queries under a condition."""
        return self._queries.replace(_ONLY, condition)


class Statements(Protocol):
    """Whatever runs statements in the transaction at hand."""

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """The first row of the answer, or None."""
        ...

    async def write(self, effect: GuardedWrite, values: Mapping[str, Any], foreseen: Row) -> Row | None:
        """What the effect returns, or None when it did not happen.

        Where everything is written at the end, this is what is `foreseen`; the effect does not happen when
        that turns out to be wrong.
        """
        ...


class SessionStatements:
    """In the transaction of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        result: Any = await self._session.execute(statement.text, dict(values))
        return result.mappings().first() if result.returns_rows else None

    async def write(self, effect: GuardedWrite, values: Mapping[str, Any], foreseen: Row) -> Row | None:
        return await self.row(effect.alone, {**values, **as_it_comes(foreseen)})


class DirectStatements:
    """On a direct connection: a quarter of what the same statement costs in a session."""

    def __init__(self, connection: asyncpg.Connection | asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        found = await self._connection.fetchrow(statement.sql, *statement.arguments(values))
        return cast("Row | None", found)

    async def write(self, effect: GuardedWrite, values: Mapping[str, Any], foreseen: Row) -> Row | None:
        return await self.row(effect.alone, {**values, **as_it_comes(foreseen)})


def as_it_comes(foreseen: Row) -> dict[str, None]:
    """For a write whose answer is waited for."""
    return {f"foreseen_{name}": None for name in foreseen}
