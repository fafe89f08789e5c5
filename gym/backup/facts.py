"""Facts of a database that tell a restored one: rows of each table, sums of money, the schema."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import asyncpg
from pydantic import BaseModel, ConfigDict

from gym.audit.verification import read_head

_TABLES: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""
# PostgreSQL 18 names NOT NULL as constraints, older ones do not: they are left out, a column tells it anyway.
_SCHEMA: Final = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || convalidated::text
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0
UNION ALL
SELECT 'index ' || tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger ' || t.tgrelid::regclass::text || ' ' || t.tgname || ' ' || t.tgenabled::text
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'function ' || p.proname || ' ' || md5(p.prosrc)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1
"""
_SUMS: Final = {
    "ledger": "SELECT coalesce(sum(amount), 0)::text FROM ledger_entries",
    "balances": "SELECT coalesce(sum(balance), 0)::text FROM accounts",
    "receipts": "SELECT coalesce(max(receipt_number), 0)::text FROM ledger_entries",
    "payments": "SELECT coalesce(sum(amount), 0)::text FROM ledger_entries WHERE kind = 'payment'",
}


class TrailFacts(BaseModel):
    """The head of the audit trail's chain."""

    model_config = ConfigDict(frozen=True)

    number: int
    head: str
    """In hexadecimal."""


class DatabaseFacts(BaseModel):
    """What one snapshot of a database holds, without a word of it."""

    model_config = ConfigDict(frozen=True)

    revision: str
    rows: dict[str, int]
    sums: dict[str, str]
    schema_digest: str
    trail: TrailFacts | None = None
    """None in a backup from before the chain."""

    def differences(self, other: DatabaseFacts) -> list[str]:
        """What is not the same, in words for an operator; nothing where both are one gym."""
        return list(self._unlike(other))

    def _unlike(self, other: DatabaseFacts) -> Iterator[str]:
        if self.revision != other.revision:
            yield f"revision {other.revision} instead of {self.revision}"
        for table in sorted(self.rows.keys() | other.rows.keys()):
            here, there = self.rows.get(table), other.rows.get(table)
            if here != there:
                yield f"{table} has {there} rows instead of {here}"
        for name in sorted(self.sums.keys() | other.sums.keys()):
            here, there = self.sums.get(name), other.sums.get(name)
            if here != there:
                yield f"{name} are {there} instead of {here}"
        if self.schema_digest != other.schema_digest:
            yield "tables, constraints or triggers are not the same"
        if self.trail is not None and self.trail != other.trail:
            yield "the audit trail has another head"


async def read_facts(connection: asyncpg.Connection) -> DatabaseFacts:
    """Of what the connection's transaction sees; a second for three million visits."""
    tables = [str(row[0]) for row in await connection.fetch(_TABLES)]
    rows = {table: int(await _value(connection, f'SELECT count(*) FROM "{table}"')) for table in tables}  # noqa: S608
    sums = {name: await _value(connection, query) for name, query in _SUMS.items()}
    schema = "\n".join(row[0] for row in await connection.fetch(_SCHEMA))
    return DatabaseFacts(
        revision=await _value(connection, "SELECT version_num FROM alembic_version"),
        rows=rows,
        sums=sums,
        schema_digest=sha256(schema.encode()).hexdigest(),
        trail=await _trail(connection),
    )


async def _trail(connection: asyncpg.Connection) -> TrailFacts | None:
    head = await read_head(connection)
    return None if head is None else TrailFacts(number=head.number, head=head.hash.hex())


async def _value(connection: asyncpg.Connection, query: str) -> str:
    return str(await connection.fetchval(query))
