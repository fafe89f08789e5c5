"""What must stay true of a kept gym, read with SQL over the tables of its own release."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

Json = dict[str, Any]

ACCOUNTS: Final = """
SELECT a.id, a.kind, a.balance, c.first_name AS client,
    (SELECT coalesce(string_agg(e.kind || ' ' || e.total, ', ' ORDER BY e.kind), '') FROM (
        SELECT kind, sum(amount)::text AS total FROM ledger_entries WHERE account_id = a.id GROUP BY kind) e
    ) AS entries
FROM accounts a LEFT JOIN clients c ON c.id = a.client_id ORDER BY a.id
"""
SUBSCRIPTIONS: Final = """
SELECT c.first_name || ' / ' || p.name || ' / ' || s.sold_at::text AS key, s.id, s.status, s.starts_on,
    s.ends_on, s.anchor, s.base_price, s.discount, s.visits_used, s.gift_days, a.balance
FROM subscriptions s JOIN clients c ON c.id = s.client_id JOIN plans p ON p.id = s.plan_id
JOIN accounts a ON a.id = s.account_id ORDER BY s.id
"""
METHODS: Final = """
SELECT coalesce(method, '-') || ' ' || kind AS name, sum(amount)::text AS total
FROM ledger_entries GROUP BY 1 ORDER BY 1
"""
TABLES: Final = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version' ORDER BY 1
"""
CLIENTS: Final = "SELECT id, first_name FROM clients ORDER BY id"
STAFF: Final = "SELECT id, name, role, active, telegram_id FROM staff ORDER BY id"
KIOSKS: Final = "SELECT id, name, active FROM kiosks ORDER BY id"
WAITING: Final = "SELECT id, kind FROM notifications WHERE state = 'pending' ORDER BY id"
DEAD: Final = "SELECT id, kind FROM notifications WHERE state = 'failed' ORDER BY id"
DRAFTS: Final = "SELECT user_id, form, step, message_id FROM drafts ORDER BY user_id"


async def facts_of(connection: asyncpg.Connection) -> Json:
    """Money, memberships, people and what waits, as plain JSON."""
    return {
        "accounts": await _rows(connection, ACCOUNTS),
        "subscriptions": await _rows(connection, SUBSCRIPTIONS),
        "money": {row["name"]: row["total"] for row in await connection.fetch(METHODS)},
        "clients": {row["first_name"]: str(row["id"]) for row in await connection.fetch(CLIENTS)},
        "staff": await _rows(connection, STAFF),
        "kiosks": await _rows(connection, KIOSKS),
        "waiting": await _rows(connection, WAITING),
        "dead": await _rows(connection, DEAD),
        "drafts": await _rows(connection, DRAFTS),
        "counts": {name: await connection.fetchval(_count(name)) for name in await tables_of(connection)},
    }


async def tables_of(connection: asyncpg.Connection) -> list[str]:
    """Every table that holds something of the gym."""
    return [row["table_name"] for row in await connection.fetch(TABLES)]


def _count(table: str) -> str:
    return f'SELECT count(*) FROM "{table}"'


async def _rows(connection: asyncpg.Connection, query: str) -> list[Json]:
    return [
        {name: value if isinstance(value, bool | int | None) else str(value) for name, value in row.items()}
        for row in await connection.fetch(query)
    ]
