"""Empties a database that a test has used, so that the next test gets it as fresh as a copy of the template.

A copy costs 350 files, and two checkpoints when it is made and one when it is dropped; emptying costs one
DELETE per table, most of which find nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

import asyncpg

from gym.core.database.engine import plain_dsn

PREPARE: Final = """
DO $do$
DECLARE
    name text;
    filled boolean;
    statements text := '';
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE relkind = 'S') THEN
        RAISE EXCEPTION 'a sequence would go on counting from test to test';
    END IF;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 LOOP
        statements := statements || format('DELETE FROM public.%s; ', name);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%s)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TEMPORARY TABLE %s AS TABLE public.%s', name, name);
            statements := statements || format('INSERT INTO public.%s TABLE pg_temp.%s; ', name, name);
        END IF;
    END LOOP;
    EXECUTE format('CREATE FUNCTION pg_temp.clean() RETURNS bigint LANGUAGE plpgsql AS $clean$BEGIN %s '
                   'RETURN (SELECT max(pg_relation_size(oid)) FROM pg_class WHERE relkind = ''r'' '
                   'AND relnamespace = ''public''::regnamespace); END$clean$', statements);
END
$do$;
-- No trigger and no foreign key judges what is emptied, and nobody who still holds a row is waited for.
SET session_replication_role = replica;
SET lock_timeout = '2s';
"""
MOST: Final = 10 * 8192
"""Bytes of the largest table. The planner takes an empty table for one of ten blocks, so that it plans the
same for one that has fewer of them full of dead rows."""
CATALOGUES: Final = (
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_db_role_setting",
    "pg_extension",
    "pg_index",
    "pg_namespace",
    "pg_policy",
    "pg_proc",
    "pg_statistic",
    "pg_trigger",
    "pg_type",
)
"""Where a change of the tables, of their triggers or of what the planner knows of them would show."""
SINCE: Final = "SELECT pg_current_xact_id()::xid::text"
END_OTHERS: Final = """
SELECT bool_and(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND pid <> pg_backend_pid() AND pid <> ALL($1::int[])
"""


def _state(since: str) -> str:
    """How many rows each catalogue has, and how many of them were written after a transaction."""
    counts = (
        f"(SELECT count(*) FROM {name}), (SELECT count(*) FROM {name} WHERE age(xmin) < age('{since}'::xid))"
        for name in CATALOGUES
    )
    return f"SELECT ARRAY[{', '.join(counts)}]"


class Cleaner:
    """A connection into one clone, which stays from test to test: what it has planned, it need not again."""

    def __init__(self, connection: asyncpg.Connection, look: str, fresh: Sequence[int]) -> None:
        self._connection = connection
        self._look = look
        self._fresh = fresh

    @classmethod
    async def into(cls, url: str) -> Self:
        """Into a clone that nobody has used yet: as it is now, so it is made again."""
        connection = await asyncpg.connect(plain_dsn(url))
        await connection.execute(PREPARE)
        look = _state(await connection.fetchval(SINCE))
        return cls(connection, look, await connection.fetchval(look))

    async def clean(self, resting: Sequence[int] = ()) -> bool:
        """Whether the clone is as it was when it was made; else it has to be dropped.

        Whoever is still connected is cut off first, but for the server's processes in `resting`. Rows are put
        back; whether tables, triggers, functions, settings or statistics have changed is only told.
        """
        try:
            if await self._connection.fetchval(END_OTHERS, resting) is False:
                return False
            if await self._connection.fetchval(self._look) != self._fresh:
                return False
            return await self._connection.fetchval("SELECT pg_temp.clean()") <= MOST
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False

    async def close(self) -> None:
        await self._connection.close()
