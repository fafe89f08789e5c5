"""`members.csv`: one row a person with the plan that counts, which a spreadsheet and the import can read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class MemberColumn:
    """What a column of the list says, and the SQL that fills it."""

    says: str
    filled: str


MEMBERS: Final[Mapping[str, MemberColumn]] = {
    "First name": MemberColumn("given names", "c.first_name"),
    "Last name": MemberColumn("surnames", "c.last_name"),
    "Document type": MemberColumn("type of document", "c.document_type"),
    "Document": MemberColumn("its number", "c.document_number"),
    "Phone": MemberColumn("with `+` and the country", "c.phone"),
    "E-mail": MemberColumn("e-mail", "c.email"),
    "Birth date": MemberColumn("day of birth", "c.birth_date"),
    "Gender": MemberColumn("`female`, `male` or `other`", "c.gender"),
    "Address": MemberColumn("address", "c.address"),
    "Emergency contact": MemberColumn("name and phone", "c.emergency_contact"),
    "Guardian": MemberColumn("of somebody under 18", "c.guardian_name"),
    "Card number": MemberColumn("of a card that the gym had before", "c.card_number"),
    "Tags": MemberColumn("with commas between them", "array_to_string(c.tags, ', ')"),
    "Warning": MemberColumn("what staff must know", "c.warning"),
    "Notes": MemberColumn("free text", "c.notes"),
    "Plan": MemberColumn("the open plan, else the last one", "p.name"),
    "Start date": MemberColumn("its first day", "s.starts_on"),
    "End date": MemberColumn("its last day", "s.ends_on"),
    "Price": MemberColumn("what was to pay for it", "s.final_price"),
    "Owes": MemberColumn("what is left to pay for it", "a.balance"),
}
"""By heading, as the import knows it, in the order of the file."""
_MEMBERS: Final = """
SELECT {columns}
FROM clients c
LEFT JOIN LATERAL (
    SELECT o.* FROM subscriptions o WHERE o.client_id = c.id AND o.status <> 'canceled'
    ORDER BY o.closed_at IS NULL DESC, o.starts_on > current_date, o.ends_on DESC, o.id DESC LIMIT 1
) s ON true
LEFT JOIN plans p ON p.id = s.plan_id
LEFT JOIN accounts a ON a.id = s.account_id
WHERE c.active ORDER BY c.first_name, c.last_name, c.id
"""
_QUERY: Final = text(_MEMBERS.format(columns=", ".join(column.filled for column in MEMBERS.values())))


async def member_rows(connection: AsyncConnection, at_once: int) -> AsyncIterator[Sequence[Sequence[object]]]:
    """So many people at a time."""
    result = await connection.stream(_QUERY, execution_options={"yield_per": at_once})
    async for rows in result.partitions(at_once):
        yield [tuple(row) for row in rows]
