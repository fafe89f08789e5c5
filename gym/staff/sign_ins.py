"""Sign-ins of staff and kiosks, listed and ended, by their owner or an admin."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import exists, select

from gym.core.database.repository import PAGE_SIZE, Page, Repository
from gym.core.errors import NotFound
from gym.core.language import N_
from gym.security.models import RefreshToken, SignIn
from gym.security.permissions import Permission
from gym.security.sessions import end, revoke_all
from gym.security.tokens import Scope
from gym.unit_of_work import UnitOfWork

KIOSKS: Final = Scope.KIOSK.value


class SignInNotFound(NotFound):
    """Ended already, or somebody else's; not told which."""

    code = "sign_in_not_found"
    message = N_("That sign-in is not there any more. Look at the list again.")


class SignInRepository(Repository[SignIn, UUID]):
    model = SignIn
    missing = SignInNotFound


class SignInService:
    """Only what stands is shown; whoever may not see a sign-in cannot end it either."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._sign_ins = SignInRepository(uow.session)

    async def of(self, subject_id: UUID, number: int = 0, size: int = PAGE_SIZE) -> Page[SignIn]:
        """Those of a member of staff or of a kiosk that are in use, the latest first.

        A kiosk's page signs in anew whenever it is loaded: what it left behind ran out by itself and would
        only hide what is to be seen here.
        """
        self._require_own_or_manager(subject_id)
        wall = self.uow.context.wall
        usable = exists().where(
            RefreshToken.family == SignIn.id,
            RefreshToken.spent_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > wall,
        )
        standing = (SignIn.ended_at.is_(None), SignIn.ends_at > wall, usable)
        query = select(SignIn).where(SignIn.subject_id == subject_id, *standing)
        query = query.order_by(SignIn.renewed_at.desc(), SignIn.id)
        return await self._sign_ins.page(query, number, size)

    async def end(self, sign_in_id: UUID) -> SignIn:
        """Its tokens are refused from the very next request. Raises `SignInNotFound`."""
        row = await self._sign_ins.require(sign_in_id)
        needed = Permission.MANAGE_KIOSKS if row.scope == KIOSKS else Permission.MANAGE_STAFF
        stands = row.ended_at is None and row.ends_at > self.uow.context.wall
        if not stands or not (self.uow.actor.is_staff(row.subject_id) or self.uow.actor.may(needed)):
            raise SignInNotFound
        await end(self.uow.session, row.id, self.uow.context.wall)
        self.uow.audit("sign_in.ended", row, None, {"of": row.subject_id, "opened_at": row.opened_at})
        return row

    async def end_all(self, subject_id: UUID) -> None:
        """Every one of a member of staff or of a kiosk."""
        self._require_own_or_manager(subject_id)
        await revoke_all(self.uow.session, subject_id, self.uow.context.wall)
        self.uow.audit("sign_in.all_ended", ("sign_ins", None), None, {"of": subject_id})

    def _require_own_or_manager(self, subject_id: UUID) -> None:
        """Raises `NotAllowed`: whose sign-ins they are, a colleague's or a kiosk's, is not told first."""
        if not self.uow.actor.is_staff(subject_id):
            self.uow.actor.require(Permission.MANAGE_STAFF)
            self.uow.actor.require(Permission.MANAGE_KIOSKS)
