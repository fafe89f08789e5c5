"""Invitations that are open: listed for admins, withdrawn one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from gym.core.database.repository import Page
from gym.security.models import LinkPurpose, OneTimeLink
from gym.security.one_time_links import OneTimeLinks
from gym.security.permissions import Permission, Role
from gym.security.signed_links import SignedLinks
from gym.staff.errors import InvitationGone
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An open invitation without its token, which is kept nowhere."""

    id: UUID
    role: Role
    made_by: str | None
    """None for one from the operator's shell."""
    until: datetime
    """Business time."""


class InvitationService:
    """Only what still works is shown."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._links = OneTimeLinks(uow.session, SignedLinks(uow.secrets.jwt))

    async def open(self, number: int = 0) -> Page[OpenInvitation]:
        """The first to run out first."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        page = await self._links.open_links(LinkPurpose.INVITE_STAFF, self.uow.context.wall, number)
        makers = {link.created_by for link in page.items if link.created_by}
        query = select(Staff).where(Staff.id.in_(makers))
        names = {one.id: one.name for one in await self.uow.session.scalars(query)}
        return Page([self._shown(link, names) for link in page.items], page.number, page.total, page.size)

    async def withdraw(self, key: UUID) -> None:
        """Whoever opens it from now on is told that it has run out. Raises `InvitationGone`."""
        self.uow.actor.require(Permission.MANAGE_STAFF)
        link = await self._links.withdraw_one(key, LinkPurpose.INVITE_STAFF, self.uow.context.wall)
        if link is None:
            raise InvitationGone
        facts = {"role": link.role, "made_by": link.created_by}
        self.uow.audit("staff.invitation_withdrawn", ("one_time_links", key), after=facts)

    def _shown(self, link: OneTimeLink, names: dict[UUID, str]) -> OpenInvitation:
        assert link.expires_at is not None, "an invitation has an end"
        until = link.expires_at + (self.uow.now - self.uow.context.wall)
        made_by = names.get(link.created_by) if link.created_by else None
        return OpenInvitation(link.id, Role(link.role or Role.EMPLOYEE), made_by, until)
