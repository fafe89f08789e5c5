"""A desk that registers people, one thing per transaction."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event, select

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges, ClientInput
from gym.clients.service import ClientService
from gym.notifications.models import Notification, NotificationKind
from gym.security.one_time_links import IssuedLink
from gym.security.permissions import Actor


@dataclass(frozen=True)
class Desk:
    """Somebody at the desk."""

    gym: Gym
    actor: Actor

    async def registers(self, first: str = "Rosa", last: str = "Vargas", **more: Any) -> Client:
        data = ClientInput(first_name=first, last_name=last, **more)
        async with self.gym.unit_of_work(self.actor) as uow:
            return await ClientService(uow).register(data)

    async def changes(self, client: Client, **fields: Any) -> Client:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await ClientService(uow).edit(client.id, ClientChanges(**fields))

    async def finds(self, text: str) -> list[str]:
        """Full names, best match first."""
        async with self.gym.unit_of_work(self.actor) as uow:
            return [one.full_name for one in (await ClientService(uow).search(text)).items]

    async def does(self, operation: str, *arguments: Any, **more: Any) -> Any:
        """One operation of the service."""
        async with self.gym.unit_of_work(self.actor) as uow:
            return await getattr(ClientService(uow), operation)(*arguments, **more)

    async def shows_link(self, client: Client) -> IssuedLink:
        return await self.does("issue_link", client.id)

    async def actions(self, subject_id: UUID) -> list[str]:
        """What the trail says of somebody, oldest first."""
        query = select(AuditEntry.action).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.id)
        async with self.gym.unit_of_work(self.actor) as uow:
            return list(await uow.session.scalars(query))

    async def told(self, kind: NotificationKind) -> list[dict[str, Any]]:
        query = select(Notification.payload).where(Notification.kind == kind).order_by(Notification.id)
        async with self.gym.unit_of_work(self.actor) as uow:
            return list(await uow.session.scalars(query))


@contextmanager
def statements(gym: Gym) -> Generator[list[str]]:
    """Every SQL statement that is executed meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = gym.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
