"""Sign-ins: a family of tokens, each refresh token good for one swap; reuse ends the whole family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.ids import new_id
from gym.security.models import RefreshToken
from gym.security.tokens import Claims, InvalidToken, Scope, TokenIssuer, TokenType

LOST_REPLY: Final = timedelta(seconds=10)
"""A swap may be asked again for this long: the answer may never have arrived."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in or a swap gives."""

    access: str
    refresh: str
    expires_in: int
    scope: Scope


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom tokens speak for, as the database knows it now."""

    id: UUID
    scope: Scope
    generation: int


class ReusedToken(InvalidToken):
    """A refresh token that was spent before came again: its family has been revoked."""


class Sessions:
    """Opens, swaps and revokes; on a plain session, in wall time."""

    def __init__(self, session: AsyncSession, issuer: TokenIssuer) -> None:
        self.session = session
        self.issuer = issuer

    async def open(self, subject: Subject, wall: datetime) -> TokenPair:
        """A new family."""
        return await self._issue(subject, new_id(), new_id(), wall)

    async def spend(self, claims: Claims, subject: Subject, wall: datetime) -> TokenPair | None:
        """Swap a refresh token for the next pair; None when its family had to be revoked, which is kept.

        One conditional UPDATE decides between parallel swaps; the others are given the same successor.
        """
        fresh = (RefreshToken.spent_at.is_(None), RefreshToken.revoked_at.is_(None))
        successor = new_id()
        swap = update(RefreshToken).where(RefreshToken.jti == claims.jti, *fresh)
        swapped = swap.values(spent_at=wall, successor=successor).returning(RefreshToken.jti)
        if await self.session.scalar(swapped) is not None:
            return await self._issue(subject, claims.family, successor, wall)
        return await self._again(claims, subject, wall)

    async def revoke(self, claims: Claims, wall: datetime) -> None:
        """End the whole family."""
        await _revoke(self.session, RefreshToken.family == claims.family, wall)

    async def _again(self, claims: Claims, subject: Subject, wall: datetime) -> TokenPair | None:
        row = await self.session.get(RefreshToken, claims.jti, populate_existing=True)
        if row is None or row.revoked_at is not None or row.spent_at is None or row.successor is None:
            raise InvalidToken
        following = await self.session.get(RefreshToken, row.successor)
        if following and following.spent_at is None and wall - row.spent_at <= LOST_REPLY:
            return self._pair(subject, claims.family, following.jti, wall)
        await self.revoke(claims, wall)
        return None

    async def _issue(self, subject: Subject, family: UUID, jti: UUID, wall: datetime) -> TokenPair:
        refresh = self._claims(subject, TokenType.REFRESH, family, jti, wall)
        row = RefreshToken(
            jti=jti,
            family=family,
            subject_id=subject.id,
            scope=subject.scope.value,
            issued_at=wall,
            expires_at=refresh.expires_at,
        )
        self.session.add(row)
        return self._pair(subject, family, jti, wall)

    def _pair(self, subject: Subject, family: UUID, jti: UUID, wall: datetime) -> TokenPair:
        access = self._claims(subject, TokenType.ACCESS, family, new_id(), wall)
        refresh = self._claims(subject, TokenType.REFRESH, family, jti, wall)
        return TokenPair(
            access=self.issuer.sign(access, wall),
            refresh=self.issuer.sign(refresh, wall),
            expires_in=int((access.expires_at - wall).total_seconds()),
            scope=subject.scope,
        )

    def _claims(self, subject: Subject, kind: TokenType, family: UUID, jti: UUID, wall: datetime) -> Claims:
        until = wall + self.issuer.lifetimes[kind]
        return Claims(subject.id, subject.scope, kind, jti, family, subject.generation, until)


async def revoke_all(session: AsyncSession, subject_id: UUID, wall: datetime) -> None:
    """End every sign-in of somebody."""
    await _revoke(session, RefreshToken.subject_id == subject_id, wall)


async def _revoke(session: AsyncSession, whose: ColumnElement[bool], wall: datetime) -> None:
    alive = RefreshToken.revoked_at.is_(None)
    await session.execute(update(RefreshToken).where(whose, alive).values(revoked_at=wall))
