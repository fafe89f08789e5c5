"""Deferred writes: reads run at once, guarded writes are joined into one statement at the end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from gym.core.database.direct_pool import DirectPool
from gym.core.database.statements import GuardedWrite, Row, Statement


class StaleRead(Exception):
    """A value that the writes depend on has changed since it was read: nothing was written."""


class DeferredWrites:
    """Runs the statements of one unit of work (`Statements`); each read is a transaction of its own.

    A round trip costs as much as what PostgreSQL does in it, so all writes are one statement.
    """

    def __init__(self, pool: DirectPool) -> None:
        self._pool = pool
        self._values: dict[str, Any] = {}
        self._writes: list[GuardedWrite] = []

    async def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        return await self._pool.row(statement, values)

    async def write(self, effect: GuardedWrite, values: Mapping[str, Any], foreseen: Row) -> Row | None:
        """Queue the write for `commit`, and return `foreseen` as its result."""
        self._writes.append(effect)
        self._values.update(values, **{f"foreseen_{name}": value for name, value in foreseen.items()})
        return foreseen

    async def commit(self, condition: GuardedWrite, values: Mapping[str, Any]) -> None:
        """Write them all if the condition holds and the first is as foreseen; else raises `StaleRead`."""
        if not self._writes:
            return
        row = await self._pool.row(joined(condition, tuple(self._writes)), {**self._values, **values})
        if row is None or not row["done"]:
            raise StaleRead


@cache
def joined(condition: GuardedWrite, writes: tuple[GuardedWrite, ...]) -> Statement:
    """One statement: the first write under the condition, the others when the first has happened.

    Its row says whether it was `done`; if not, nothing was.
    """
    first, *others = writes
    queries = [
        condition.where("true"),
        first.where(f"EXISTS (SELECT FROM {condition.name})"),
        *(other.where(f"EXISTS (SELECT FROM {first.name})") for other in others),
    ]
    return Statement(f"WITH {', '.join(queries)} SELECT EXISTS (SELECT FROM {first.name}) AS done")  # noqa: S608
