"""Own memberships of staff by colleague, for the screen *Team*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from gym.clients.models import Client
from gym.security.permissions import Permission
from gym.staff.models import OwnMembership
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OwnClient:
    """One client who is also of the team, and how often one person alone acted for it."""

    client_id: UUID
    client_name: str
    acted_alone: int
    last_alone_at: datetime | None


class OwnClients:
    """Read only: the pairs are noted by the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def of_colleague(self, staff_id: UUID) -> Sequence[OwnClient]:
        """By name; unlinked ones as well."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        query = (
            select(Client, OwnMembership)
            .join(OwnMembership, OwnMembership.client_id == Client.id)
            .where(OwnMembership.staff_id == staff_id)
            .order_by(Client.first_name, Client.last_name, Client.id)
        )
        rows = (await self.uow.session.execute(query)).all()
        return [
            OwnClient(client.id, client.full_name, own.acted_alone, own.last_alone_at) for client, own in rows
        ]
