"""`members.csv`: one row a person with the plan that counts, which a spreadsheet and the import can read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MEMBERS: Final[Mapping[str, str]] = {
    "First name": "given names",
    "Last name": "surnames",
    "Document type": "type of document",
    "Document": "its number",
    "Phone": "with `+` and the country",
    "E-mail": "e-mail",
    "Birth date": "day of birth",
    "Gender": "`female`, `male` or `other`",
    "Address": "address",
    "Emergency contact": "name and phone",
    "Guardian": "of somebody under 18",
    "Card number": "of a card that the gym had before",
    "Tags": "with commas between them",
    "Warning": "what staff must know",
    "Notes": "free text",
    "Plan": "the open plan, else the last one",
    "Start date": "its first day",
    "End date": "its last day",
    "Price": "what was to pay for it",
    "Owes": "what is left to pay for it",
}
"""Headings, as the import knows them, and what stands below."""
_QUERY: Final = text("""
SELECT c.first_name, c.last_name, c.document_type, c.document_number, c.phone, c.email, c.birth_date,
    c.gender, c.address, c.emergency_contact, c.guardian_name, c.card_number, array_to_string(c.tags, ', '),
    c.warning, c.notes, p.name, s.starts_on, s.ends_on, s.final_price, a.balance
FROM clients c
LEFT JOIN LATERAL (
    SELECT o.* FROM subscriptions o WHERE o.client_id = c.id AND o.status <> 'canceled'
    ORDER BY o.closed_at IS NULL DESC, o.starts_on > current_date, o.ends_on DESC, o.id DESC LIMIT 1
) s ON true
LEFT JOIN plans p ON p.id = s.plan_id
LEFT JOIN accounts a ON a.id = s.account_id
WHERE c.active ORDER BY c.first_name, c.last_name, c.id
""")


async def member_rows(connection: AsyncConnection, at_once: int) -> AsyncIterator[Sequence[Sequence[object]]]:
    """So many people at a time."""
    result = await connection.stream(_QUERY, execution_options={"yield_per": at_once})
    async for rows in result.partitions(at_once):
        yield [tuple(row) for row in rows]
