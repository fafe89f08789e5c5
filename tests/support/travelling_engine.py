"""One SQLAlchemy engine for every database that the tests have: what it has compiled, it keeps."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.pool import Pool
from sqlalchemy.util import greenlet_spawn

from gym.core.database.engine import Database

RACERS: Final = 40
"""Connections that a test may have at a time, so that as many tasks race."""
STAYING: Final = 4
"""Connections that wait for the next test in the same database; the others were a race's."""
STATEMENTS: Final = 500
"""That a connection keeps prepared: more than one test needs, which is what a gym's own keeps."""


class TravellingEngine:
    """Goes from database to database, with a pool for each.

    Connections stay open while a clone is cleaned for the next test: a new one prepares every statement
    again, and the process behind it reads the catalogue again, which is two thirds of what the server does
    for a test.
    """

    def __init__(self, server: str) -> None:
        self._database = ""
        url = make_url(server).update_query_dict({"prepared_statement_cache_size": str(STATEMENTS)})
        self._engine = Database(url.render_as_string(hide_password=False), pool_size=RACERS).engine
        self._pools: dict[str, Pool] = {}
        self._open: defaultdict[str, list[asyncpg.Connection]] = defaultdict(list)
        event.listen(self._engine.sync_engine, "do_connect", self._point)
        event.listen(self._engine.sync_engine, "connect", self._note)

    def at(self, url: str) -> Database:
        """The database at this address; close it before going to the next one."""
        name = self._database = make_url(url).database or ""
        if name not in self._pools:
            self._pools[name] = self._engine.sync_engine.pool.recreate()
        self._engine.sync_engine.pool = self._pools[name]
        return _Visited(url, self)

    def resting(self, name: str) -> list[int]:
        """The server's processes that serve the connections which wait in a database."""
        return [connection.get_server_pid() for connection in self._open[name]]

    async def rest(self) -> None:
        """Bring the connections back to how they were opened; where that cannot be had, close them."""
        found, pool = self._open[self._database], self._engine.sync_engine.pool
        busy = pool.checkedout()  # type: ignore[attr-defined]
        found[:] = [one for one in found if not one.is_closed()]
        if busy or len(found) > STAYING or pool.checkedin() != len(found):  # type: ignore[attr-defined]
            await self.leave(self._database)
            return
        try:
            for connection in found:
                await connection.reset(timeout=5)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self.leave(self._database)

    async def leave(self, name: str) -> None:
        """Close the connections that wait in a database."""
        self._open.pop(name, None)
        pool = self._pools.pop(name, None)
        if pool is not None:
            await greenlet_spawn(pool.dispose)

    def _point(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["database"] = self._database

    def _note(self, connection: Any, _record: Any) -> None:
        self._open[self._database].append(connection.driver_connection)


class _Visited(Database):
    """A database over the travelling engine."""

    def __init__(self, url: str, engine: TravellingEngine) -> None:
        super().__init__(url)
        self._travelling = engine
        self.engine = engine._engine
        self.sessions.configure(bind=self.engine)

    async def close(self) -> None:
        await self.direct_pool.close()
        await self._travelling.rest()
