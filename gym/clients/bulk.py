"""Many clients in one go: what registration and editing do, without a query or a message for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gym.clients.errors import ClientsClash
from gym.clients.fields import is_minor
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges, ClientInput, Habits, columns
from gym.core.database import violated_constraint
from gym.core.language import nearest_language
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


class BulkRegistration:
    """Whoever calls has compared the people with each other and with those who are registered."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._habits = Habits(uow.settings.phone_region, uow.today)

    async def register(self, people: Sequence[ClientInput]) -> list[Client]:
        """In the order given. Raises `ClientsClash`, and the faults of the fields."""
        self.uow.actor.require(Permission.IMPORT)
        clients = [self._client(person) for person in people]
        await self._write(clients)
        for client in clients:
            self.uow.audit("client.registered", client, None, {"name": client.full_name})
        return clients

    async def fill(self, changes: Mapping[UUID, ClientChanges]) -> list[Client]:
        """Each with its own changes. Raises `ClientsClash`."""
        return await self._change(changes, "client.changed")

    async def restore(self, people: Mapping[UUID, ClientInput]) -> list[Client]:
        """Deactivated clients, active again and as they are described now. Raises `ClientsClash`."""
        return await self._change(people, "client.reactivated", active=True)

    async def lock(self, keys: Collection[UUID]) -> list[Client]:
        """In the order of their ids, so that two people never wait for each other."""
        if not keys:
            return []
        query = select(Client).where(Client.id.in_(keys)).order_by(Client.id)
        return list(await self.uow.session.scalars(query.with_for_update()))

    async def _change(
        self, changes: Mapping[UUID, ClientChanges] | Mapping[UUID, ClientInput], action: str, **more: bool
    ) -> list[Client]:
        self.uow.actor.require(Permission.IMPORT)
        clients = await self.lock(changes)
        for client in clients:
            values = columns(changes[client.id], self._habits) | more
            for name, value in values.items():
                setattr(client, name, value)
            self._note_guardian(client)
            self.uow.audit_changes(action, client)
            client.updated_at = self.uow.now
        if clients:
            await self._write([])
        return clients

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
        """A guardian who stands in the gym's own list agreed when the list was kept."""
        if client.guardian_name and is_minor(client.birth_date, self.uow.today):
            client.guardian_consent_at = client.guardian_consent_at or self.uow.now

    async def _write(self, clients: Sequence[Client]) -> None:
        try:
            async with self.uow.session.begin_nested():
                self.uow.session.add_all(clients)
                await self.uow.session.flush()
        except IntegrityError as error:
            if violated_constraint(error) == "uq_clients_document":
                raise ClientsClash from None
            raise
