"""More of what v0.1.0 let happen, written into its own tables before they are migrated.

The kept gym has money that left twice, documents that were read wrongly and foreign phones of its own; these
are what its three months did not bring about.
"""

from __future__ import annotations

from typing import Final

import asyncpg

from gym.core.database.engine import plain_dsn

REGISTERED_AGAIN: Final = """
INSERT INTO clients (id, document_type, document_number, first_name, last_name, tags, language, active,
    created_at, updated_at, card_serial)
SELECT gen_random_uuid(), 'CC', '1020309991', 'Ulises', 'Sosa again', '{}', 'es', true, created_at,
    updated_at, 0
FROM clients WHERE first_name = 'Ulises'
"""
"""The document was not found under its number, so somebody registered the person once more."""
WRITTEN_ELSEWHERE: Final = """
INSERT INTO clients (id, first_name, last_name, tags, language, active, created_at, updated_at, card_serial)
SELECT gen_random_uuid(), name, 'Lee', '{}', 'es', true, created_at, updated_at, 0
FROM clients, unnest(ARRAY['김민수', 'がく', 'Ной', 'Юй']) name WHERE first_name = 'Ulises'
"""
"""Names that typing exactly them did not find."""
ENDED_AND_OWED: Final = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, voids_id, reason, staff_name, at, gym_day)
SELECT gen_random_uuid(), e.account_id, 'void', e.amount, e.method, e.id, 'wrong person', 'Ana', now(),
    CURRENT_DATE
FROM ledger_entries e JOIN accounts a ON a.id = e.account_id JOIN clients c ON c.id = a.client_id
WHERE c.first_name = 'Gloria' AND e.kind = 'payment'
"""
"""A receipt of a plan that had ended was voided; the plan stays `expired`."""
ENDED_AND_PAID: Final = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, receipt_number, staff_name, at, gym_day)
SELECT gen_random_uuid(), a.id, 'payment', a.balance, 'cash',
    (SELECT max(receipt_number) + 1 FROM ledger_entries), 'Ana', now(), CURRENT_DATE
FROM accounts a JOIN clients c ON c.id = a.client_id
WHERE c.first_name = 'Hugo' AND a.balance > 0
"""
"""The debt of a plan that had ended unpaid was paid; the plan stays `lapsed`."""
COUNTED: Final = "UPDATE counters SET value = value + 1 WHERE name = 'receipt'"
LESS_THAN_A_COIN: Final = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, receipt_number, staff_name, at, gym_day)
SELECT gen_random_uuid(), a.id, 'payment', a.balance - 30.65, 'cash',
    (SELECT max(receipt_number) + 1 FROM ledger_entries), 'Ana', now(), CURRENT_DATE
FROM accounts a JOIN clients c ON c.id = a.client_id
WHERE c.first_name = 'Fabio' AND a.balance > 0
"""
"""All but $30.65 of a plan that runs was paid: the door refuses for what nobody can pay."""
ROWS: Final = (
    REGISTERED_AGAIN,
    WRITTEN_ELSEWHERE,
    ENDED_AND_OWED,
    ENDED_AND_PAID,
    COUNTED,
    LESS_THAN_A_COIN,
    COUNTED,
)


async def write(url: str) -> None:
    """Into a database of v0.1.0."""
    connection = await asyncpg.connect(plain_dsn(url))
    for statement in ROWS:
        await connection.execute(statement)
    await connection.close()
