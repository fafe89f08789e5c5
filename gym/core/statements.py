"""Statements written by hand, and what runs them: a session, or a lane that goes straight to asyncpg."""

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


class Statements(Protocol):
    """Whatever runs statements in the transaction at hand."""

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """The first row of the answer, or None."""
        ...


class SessionStatements:
    """In the transaction of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        result: Any = await self._session.execute(statement.text, dict(values))
        return result.mappings().first() if result.returns_rows else None


class LaneStatements:
    """On a connection of a lane: a quarter of what the same statement costs in a session."""

    def __init__(self, connection: asyncpg.Connection | asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        found = await self._connection.fetchrow(statement.sql, *statement.arguments(values))
        return cast("Row | None", found)
