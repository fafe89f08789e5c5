"""Four-eyes principle: staff give no money or days to their own membership; a colleague does it.

Whose membership it is was noted by the database when staff and client had the same Telegram account, and
stays noted when the client is unlinked or linked elsewhere (`OwnMembership`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from gym.core.database.repository import Repository
from gym.security.permissions import ROLE_MAY, Permission
from gym.staff.errors import LinkedByYourself, OwnMembershipRefused
from gym.staff.models import OwnMembership, Staff
from gym.unit_of_work import UnitOfWork

ACTED_ALONE: Final = "own.acted_alone"
NAMED: Final = 3
"""How many colleagues a refusal names."""


class OwnMembershipRepository(Repository[OwnMembership, UUID]):
    model = OwnMembership

    async def is_own(self, staff_id: UUID, client_id: UUID) -> bool:
        query = select(OwnMembership.client_id).where(*_pair(staff_id, client_id))
        return await self.session.scalar(query) is not None

    async def colleagues(self, staff_id: UUID) -> Sequence[Staff]:
        """Everybody else who works here now, by name."""
        query = select(Staff).where(Staff.active, Staff.id != staff_id)
        return (await self.session.scalars(query.order_by(Staff.name, Staff.id))).all()

    async def clients_of(self, staff_id: UUID) -> Sequence[UUID]:
        query = select(OwnMembership.client_id).where(OwnMembership.staff_id == staff_id)
        return (await self.session.scalars(query)).all()

    async def count_alone(self, staff_id: UUID, client_id: UUID, uow: UnitOfWork) -> None:
        await self.session.execute(
            update(OwnMembership)
            .where(*_pair(staff_id, client_id))
            .values(acted_alone=OwnMembership.acted_alone + 1, last_alone_at=uow.now)
        )


class FourEyes:
    """Asked by every operation that gives a client money or days."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._own = OwnMembershipRepository(uow.session)

    async def require_another(
        self, client_id: UUID | None, permission: Permission, *, acts: bool = True
    ) -> None:
        """Let pass what is for somebody else, what a second person has decided, and whoever works here alone.

        The last is marked in the trail and under Team; `acts` is False for what is only looked at or quoted.
        `permission` is what a colleague needs for it. Raises `OwnMembershipRefused`, which names colleagues.
        """
        staff_id = self.uow.actor.staff_id
        if staff_id is None or client_id is None or client_id in self.uow.seconded:
            return
        if not await self._own.is_own(staff_id, client_id):
            return
        colleagues = await self._own.colleagues(staff_id)
        if colleagues:
            able = [one.name for one in colleagues if permission in ROLE_MAY[one.role]]
            raise OwnMembershipRefused(able[:NAMED], client_id)
        if acts:
            await self._mark(staff_id, client_id, permission)

    async def require_another_of_each(
        self, client_ids: Iterable[UUID | None], permission: Permission
    ) -> None:
        """`require_another` of several, in one query unless one is the actor's own."""
        own = set(await self.own_clients())
        for client_id in own.intersection(client_ids):
            await self.require_another(client_id, permission)

    async def own_clients(self) -> Sequence[UUID]:
        """The actor's own memberships, now and before."""
        return await self._own.clients_of(self.uow.actor.staff_id) if self.uow.actor.staff_id else ()

    async def refused(self, permission: Permission) -> dict[UUID, OwnMembershipRefused]:
        """What `require_another` would raise, by client, for work on many clients at once."""
        found: dict[UUID, OwnMembershipRefused] = {}
        for client_id in await self.own_clients():
            try:
                await self.require_another(client_id, permission, acts=False)
            except OwnMembershipRefused as refusal:
                found[client_id] = refusal
        return found

    async def require_another_maker(self, made_by: UUID | None, telegram_id: int) -> None:
        """A client's link is not opened by the colleague who made it. Raises `LinkedByYourself`."""
        maker = await self.uow.session.get(Staff, made_by) if made_by else None
        if maker is None or maker.telegram_id != telegram_id:
            return
        if await self._own.colleagues(maker.id):
            raise LinkedByYourself

    async def is_own(self, client_id: UUID | None) -> bool:
        """Whether this is a membership of the actor's, at work or in the own chat."""
        staff_id = self.uow.actor.staff_id
        if staff_id is None or client_id is None:
            return self.uow.actor.is_client(client_id)
        return await self._own.is_own(staff_id, client_id)

    async def works_alone(self, staff_id: UUID) -> bool:
        """Whether that is the only one who works here, so that there are no four eyes; for *Team*."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        staff = await self.uow.session.get(Staff, staff_id)
        return staff is not None and staff.active and not await self._own.colleagues(staff_id)

    async def _mark(self, staff_id: UUID, client_id: UUID, permission: Permission) -> None:
        self.uow.seconded.add(client_id)  # one act writes several entries
        self.uow.audit(ACTED_ALONE, ("clients", client_id), after={"permission": permission})
        await self._own.count_alone(staff_id, client_id, self.uow)


def _pair(staff_id: UUID, client_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (OwnMembership.staff_id == staff_id, OwnMembership.client_id == client_id)
