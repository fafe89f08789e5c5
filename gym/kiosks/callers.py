"""API callers: the kiosk or member of staff behind an access token, and the permissions of its scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from gym.kiosks.models import Kiosk
from gym.security.permissions import Actor, Role
from gym.security.sessions import signed_in
from gym.security.tokens import Claims, InvalidToken, Scope
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork

SEEN_EVERY: Final = timedelta(minutes=1)
"""Between two writes of `last_seen_at`: a busy kiosk would write its row at every request."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The subject of a token, and what the token allows."""

    actor: Actor
    scope: Scope
    kiosk: Kiosk | None = None

    @property
    def id(self) -> UUID:
        """Of the kiosk or of the member of staff."""
        assert self.actor.id is not None
        return self.actor.id

    @property
    def kiosk_id(self) -> UUID | None:
        return self.kiosk.id if self.kiosk else None


async def caller_of(uow: UnitOfWork, claims: Claims) -> Caller:
    """The caller as the database knows it now; a revoked one is refused at once with `InvalidToken`."""
    row = await _holder(uow, claims)
    caller = caller_from(row, claims)
    if isinstance(row, Kiosk) and is_seen_anew(row, uow.context.wall):
        row.last_seen_at = uow.context.wall
    return caller


def caller_from(row: Kiosk | Staff | None, claims: Claims) -> Caller:
    """The caller in a row. Raises `InvalidToken` for one that was revoked."""
    if row is None or not row.active or row.token_generation != claims.generation:
        raise InvalidToken
    if isinstance(row, Kiosk):
        return Caller(Actor.kiosk(row.id, row.name), claims.scope, row)
    if claims.scope is Scope.ADMIN and row.role is not Role.ADMIN:
        raise InvalidToken
    # A token never does more than its scope, even where its owner has become an admin since.
    role = Role(claims.scope.value)
    return Caller(Actor.staff(row.id, row.name, role, row.language), claims.scope)


def is_seen_anew(kiosk: Kiosk, wall: datetime) -> bool:
    """Whether it is worth a write that this kiosk was here."""
    return kiosk.last_seen_at is None or wall - kiosk.last_seen_at > SEEN_EVERY


async def _holder(uow: UnitOfWork, claims: Claims) -> Kiosk | Staff | None:
    """In one statement with the sign-in; nobody where that has ended."""
    model = Kiosk if claims.scope is Scope.KIOSK else Staff
    standing = signed_in(claims, uow.context.wall)
    return await uow.session.scalar(select(model).where(model.id == claims.subject, standing))
