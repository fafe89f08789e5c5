"""Queries of imports: everybody who is registered, as a list of people is compared with them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.clients.documents import Document
from gym.clients.models import Client
from gym.clients.schemas import ClientInput
from gym.importing.previewing import KnownClient

ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(6949354)")
COLUMNS: Final = (
    Client.first_name,
    Client.last_name,
    Client.alias,
    Client.phone,
    Client.email,
    Client.birth_date,
    Client.gender,
    Client.address,
    Client.emergency_contact,
    Client.tags,
    Client.warning,
    Client.notes,
    Client.guardian_name,
)


class ImportRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def wait_for_turn(self) -> None:
        """Two imports at once would each register the people of both."""
        await self._session.execute(ONE_AT_A_TIME)

    async def known_clients(self) -> list[KnownClient]:
        query = select(Client.id, Client.active, Client.document_type, Client.document_number, *COLUMNS)
        rows = (await self._session.execute(query)).mappings()
        return [
            KnownClient(
                row["id"],
                ClientInput(
                    document=Document(row["document_type"], row["document_number"])
                    if row["document_type"]
                    else None,
                    **{column.key: row[column.key] for column in COLUMNS},
                ),
                row["active"],
            )
            for row in rows
        ]
