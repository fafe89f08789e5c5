"""Bulk registration and editing of clients: one flush for all, and no notification for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gym.clients.errors import ClientsClash
from gym.clients.fields.parsers import ParseContext, is_minor, with_tags
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges, ClientInput, columns
from gym.core.database.engine import violated_constraint
from gym.core.language import nearest_language
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FilledClient:
    """A client and the fields that were filled, `document` for type and number."""

    client: Client
    fields: Collection[str]


class BulkRegistration:
    """The caller has matched the people with each other and with the registered clients."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._habits = ParseContext(uow.settings.phone_region, uow.today)

    async def register(self, people: Sequence[ClientInput]) -> list[Client]:
        """In the order given. Raises `ClientsClash`, and the faults of the fields."""
        self.uow.actor.require(Permission.IMPORT)
        clients = [self._client(person) for person in people]
        await self._write(clients)
        for client in clients:
            self.uow.audit("client.registered", client, None, {"name": client.full_name})
        return clients

    async def fill(self, changes: Mapping[UUID, ClientChanges]) -> list[FilledClient]:
        """Each with those of its own changes whose fields are still empty under the lock, and new tags.

        Raises `ClientsClash`.
        """
        self.uow.actor.require(Permission.IMPORT)
        filled: list[FilledClient] = []
        for client in await self.lock(changes):
            values = _still_empty(client, columns(changes[client.id], self._habits))
            if values:
                self._set(client, values, "client.changed")
            names = {"document" if name.startswith("document_") else name for name in values}
            filled.append(FilledClient(client, names))
        await self._write([])
        return filled

    async def restore(self, people: Mapping[UUID, ClientInput]) -> list[Client]:
        """Deactivated clients, active again and as they are described now.

        Raises `ClientsClash`, also where the desk has been faster and one is active.
        """
        self.uow.actor.require(Permission.IMPORT)
        clients = await self.lock(people)
        if any(client.active for client in clients):
            raise ClientsClash
        for client in clients:
            values = columns(people[client.id], self._habits) | {"active": True}
            self._set(client, values, "client.reactivated")
        await self._write([])
        return clients

    async def lock(self, keys: Collection[UUID]) -> list[Client]:
        """In the order of their ids, so that two such transactions cannot deadlock.

        `FOR NO KEY UPDATE`: visits, sales and messages, whose rows only refer to clients, do not wait.
        """
        if not keys:
            return []
        query = select(Client).where(Client.id.in_(keys)).order_by(Client.id)
        found = await self.uow.session.scalars(
            query.with_for_update(key_share=True), execution_options={"populate_existing": True}
        )
        return list(found)

    def _set(self, client: Client, values: Mapping[str, object], action: str) -> None:
        for name, value in values.items():
            setattr(client, name, value)
        self._note_guardian(client)
        self.uow.audit_changes(action, client)
        client.updated_at = self.uow.now

    def _client(self, person: ClientInput) -> Client:
        client = Client(
            **columns(person, self._habits),
            language=nearest_language(person.language, self.uow.settings.language),
            created_by=self.uow.actor.id,
            created_at=self.uow.now,
            updated_at=self.uow.now,
        )
        self._note_guardian(client)
        return client

    def _note_guardian(self, client: Client) -> None:
        """A guardian named in the gym's own list counts as having agreed."""
        if client.guardian_name and is_minor(client.birth_date, self.uow.today):
            client.guardian_consent_at = client.guardian_consent_at or self.uow.now

    async def _write(self, clients: Sequence[Client]) -> None:
        try:
            async with self.uow.session.begin_nested():
                self.uow.session.add_all(clients)
                await self.uow.session.flush()
        except IntegrityError as error:
            if violated_constraint(error) in ("uq_clients_document", "uq_clients_card_number"):
                raise ClientsClash from None
            raise


def _still_empty(client: Client, values: Mapping[str, object]) -> dict[str, object]:
    """The values whose columns are still empty, as the desk may have filled some since; tags are added."""
    found = {name: value for name, value in values.items() if name != "tags" and not _has(client, name)}
    tags = with_tags(client.tags, cast("Sequence[str]", values.get("tags", ())))
    return found | ({"tags": tags} if tags != client.tags else {})


def _has(client: Client, name: str) -> bool:
    """Type, number and doubt of a document are filled together."""
    return bool(getattr(client, "document_type" if name.startswith("document_") else name))
