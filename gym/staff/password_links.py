"""API passwords of staff: chosen on a page that a one-time link opens, kept as an Argon2id hash."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.security.models import LinkPurpose
from gym.security.one_time_links import IssuedLink, OneTimeLinks
from gym.security.permissions import ActorKind
from gym.security.sessions import revoke_all
from gym.security.signed_links import SignedLinks
from gym.staff.errors import NotYours, StaffDeactivated, UsernameInvalid, UsernameTaken
from gym.staff.models import Staff
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork

PASSWORD_LINK_LIFETIME: Final = timedelta(minutes=30)
USERNAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}")


def parse_username(text: str) -> str:
    """Raises `UsernameInvalid`."""
    username = text.strip()
    if not USERNAME.fullmatch(username):
        raise UsernameInvalid
    return username


class PasswordLinks:
    """Links are issued and read on the transaction's session, in wall time."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    @property
    def _staff(self) -> StaffRepository:
        return StaffRepository(self.uow.session)

    @property
    def _links(self) -> OneTimeLinks:
        return OneTimeLinks(self.uow.session, SignedLinks(self.uow.secrets.jwt))

    async def password_link(self) -> IssuedLink:
        """A link to the page where the actor chooses an API password; older ones stop working."""
        actor, wall = self.uow.actor, self.uow.context.wall
        if actor.kind is not ActorKind.STAFF or actor.id is None:
            raise NotYours
        await self._links.withdraw(wall, purpose=LinkPurpose.SET_PASSWORD, subject_id=actor.id)
        return await self._links.issue(
            LinkPurpose.SET_PASSWORD, wall, PASSWORD_LINK_LIFETIME, subject_id=actor.id, created_by=actor.id
        )

    async def password_owner(self, token: str) -> Staff:
        """Whose password a link would set; the link is not used up.

        Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`, `StaffDeactivated`.
        """
        link = await self._links.peek(token, (LinkPurpose.SET_PASSWORD,), self.uow.context.wall)
        staff = await self._staff.get(link.subject_id) if link.subject_id else None
        if staff is None or not staff.active:
            raise StaffDeactivated
        return staff

    async def set_password(self, token: str, username: str, password_hash: str) -> Staff:
        """Keep a password that was checked and hashed outside of the transaction; every token is revoked.

        Raises `UsernameInvalid`, `UsernameTaken` and those of a link.
        """
        username = parse_username(username)
        link = await self._links.redeem(token, (LinkPurpose.SET_PASSWORD,), self.uow.context.wall)
        staff = await self._staff.lock(link.subject_id) if link.subject_id else None
        if staff is None or not staff.active:
            raise StaffDeactivated
        await self._keep_password(staff, username, password_hash)
        self.uow.audit("staff.password_set", staff, after={"username": username})
        return staff

    async def _keep_password(self, staff: Staff, username: str, password_hash: str) -> None:
        try:
            async with self.uow.session.begin_nested():
                staff.username, staff.password_hash = username, password_hash
                staff.token_generation += 1
                await self.uow.session.flush()
                await revoke_all(self.uow.session, staff.id, self.uow.context.wall)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_staff_username":
                raise UsernameTaken from None
            raise
