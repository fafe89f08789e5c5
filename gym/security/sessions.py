"""Sign-ins: families of tokens with refresh-token rotation; reuse of a spent one revokes the whole family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.ids import new_id
from gym.security.models import RefreshToken, SignIn
from gym.security.subnets import neighbourhood
from gym.security.tokens import Claims, InvalidToken, Scope, TokenIssuer, TokenType

LIFETIME: Final = timedelta(days=30)
"""A sign-in ends for good after this long, however often it was renewed: a stolen one is not for ever.

A kiosk's is counted from the last load of its page: it ends with the pairing, or so long after that load.
"""
LOST_REPLY: Final = timedelta(seconds=10)
"""A swap may be asked again for this long: the answer may never have arrived."""
_ONE_BY_ONE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
"""One sign-in of a kiosk at a time: two loads of its page would each find no sign-in to go on with."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in or a swap gives."""

    access: str
    refresh: str
    expires_in: int
    scope: Scope


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """Whom tokens speak for, as the database knows it now."""

    id: UUID
    scope: Scope
    generation: int


@dataclass(frozen=True, slots=True)
class SignInFamily:
    """A sign-in that stands, and when it ends for good."""

    id: UUID
    ends_at: datetime


class ReusedToken(InvalidToken):
    """A refresh token that was spent before came again: its family has been revoked."""


class Sessions:
    """Opens, swaps and revokes; on a plain session, in wall time."""

    def __init__(self, session: AsyncSession, issuer: TokenIssuer) -> None:
        self.session = session
        self.issuer = issuer

    async def open(self, subject: TokenSubject, wall: datetime, address: str | None = None) -> TokenPair:
        """A new family; `address` is where it is opened from, of which the neighbourhood is kept.

        A kiosk signs in whenever its page is loaded: there it goes on with the sign-in it has.
        """
        place = None if address is None else neighbourhood(address)
        family = await self._taken_up(subject, wall, place) if subject.scope is Scope.KIOSK else None
        return self._issue(subject, family or await self._opened(subject, wall, place), new_id(), wall)

    async def _opened(self, subject: TokenSubject, wall: datetime, place: str | None) -> SignInFamily:
        opened = SignIn(
            id=new_id(),
            subject_id=subject.id,
            scope=subject.scope.value,
            opened_at=wall,
            renewed_at=wall,
            ends_at=wall + LIFETIME,
            address=place,
        )
        self.session.add(opened)
        await self.session.flush()
        return SignInFamily(opened.id, opened.ends_at)

    async def _taken_up(
        self, subject: TokenSubject, wall: datetime, place: str | None
    ) -> SignInFamily | None:
        """The sign-in of a kiosk that stands at this place, for thirty days more; others there end.

        Refresh tokens of before are deleted (revoking one ends the sign-in), so a stolen one ends with the
        next load of the page. Access tokens run out by themselves, or two pages of one kiosk would sign each
        other out at every request.
        """
        await self.session.execute(_ONE_BY_ONE, {"key": f"sign-in:{subject.id}"})
        here = (SignIn.subject_id == subject.id, SignIn.address.is_not_distinct_from(place))
        alive = (SignIn.ended_at.is_(None), SignIn.ends_at > wall)
        newest = select(SignIn.id).where(*here, *alive).order_by(SignIn.renewed_at.desc(), SignIn.id.desc())
        found = await self.session.scalar(newest.limit(1).with_for_update())
        if found is None:
            return None
        family = SignInFamily(found, wall + LIFETIME)
        renewal = update(SignIn).where(SignIn.id == found)
        await self.session.execute(renewal.values(renewed_at=wall, ends_at=family.ends_at))
        for other in await self.session.scalars(select(SignIn.id).where(*here, *alive, SignIn.id != found)):
            await end(self.session, other, wall)
        await self.session.execute(delete(RefreshToken).where(RefreshToken.family == found))
        return family

    async def rotate(self, claims: Claims, subject: TokenSubject, wall: datetime) -> TokenPair | None:
        """Swap a refresh token for the next pair; None when its family had to be revoked, which is kept.

        One conditional UPDATE decides between parallel swaps; the others are given the same successor.
        Raises `InvalidToken` when the sign-in has ended.
        """
        family = await self._renewed(claims, wall)
        fresh = (RefreshToken.spent_at.is_(None), RefreshToken.revoked_at.is_(None))
        successor = new_id()
        swap = update(RefreshToken).where(RefreshToken.jti == claims.jti, *fresh)
        swapped = swap.values(spent_at=wall, successor=successor).returning(RefreshToken.jti)
        if await self.session.scalar(swapped) is not None:
            return self._issue(subject, family, successor, wall)
        return await self._again(claims, subject, family, wall)

    async def revoke(self, claims: Claims, wall: datetime) -> None:
        """End the whole family, its access tokens too."""
        await end(self.session, claims.family, wall)

    async def _renewed(self, claims: Claims, wall: datetime) -> SignInFamily:
        """Notes that the sign-in is in use, and holds its row: nobody ends it in between."""
        alive = (SignIn.ended_at.is_(None), SignIn.ends_at > wall)
        renew = update(SignIn).where(SignIn.id == claims.family, *alive).values(renewed_at=wall)
        ends_at = await self.session.scalar(renew.returning(SignIn.ends_at))
        if ends_at is None:
            raise InvalidToken
        return SignInFamily(claims.family, ends_at)

    async def _again(
        self, claims: Claims, subject: TokenSubject, family: SignInFamily, wall: datetime
    ) -> TokenPair | None:
        row = await self.session.get(RefreshToken, claims.jti, populate_existing=True)
        if row is None or row.revoked_at is not None or row.spent_at is None or row.successor is None:
            raise InvalidToken
        following = await self.session.get(RefreshToken, row.successor)
        if following and following.spent_at is None and wall - row.spent_at <= LOST_REPLY:
            return self._pair(subject, family, following.jti, wall)
        await self.revoke(claims, wall)
        return None

    def _issue(self, subject: TokenSubject, family: SignInFamily, jti: UUID, wall: datetime) -> TokenPair:
        refresh = self._claims(subject, TokenType.REFRESH, family, jti, wall)
        row = RefreshToken(
            jti=jti,
            family=family.id,
            subject_id=subject.id,
            scope=subject.scope.value,
            issued_at=wall,
            expires_at=refresh.expires_at,
        )
        self.session.add(row)
        return self._pair(subject, family, jti, wall)

    def _pair(self, subject: TokenSubject, family: SignInFamily, jti: UUID, wall: datetime) -> TokenPair:
        access = self._claims(subject, TokenType.ACCESS, family, new_id(), wall)
        refresh = self._claims(subject, TokenType.REFRESH, family, jti, wall)
        return TokenPair(
            access=self.issuer.sign(access, wall),
            refresh=self.issuer.sign(refresh, wall),
            expires_in=int((access.expires_at - wall).total_seconds()),
            scope=subject.scope,
        )

    def _claims(
        self, subject: TokenSubject, kind: TokenType, family: SignInFamily, jti: UUID, wall: datetime
    ) -> Claims:
        """No token outlives its family, and no access token its refresh token, by which it is listed."""
        lifetimes = self.issuer.lifetimes
        until = min(wall + lifetimes[kind], wall + lifetimes[TokenType.REFRESH], family.ends_at)
        return Claims(subject.id, subject.scope, kind, jti, family.id, subject.generation, until)


def signed_in(claims: Claims, wall: datetime) -> ColumnElement[bool]:
    """Whether the sign-in behind a token stands; a condition for the statement that reads its subject."""
    return exists().where(
        SignIn.id == claims.family,
        SignIn.subject_id == claims.subject,
        SignIn.ended_at.is_(None),
        SignIn.ends_at > wall,
    )


async def is_known(session: AsyncSession, subject_id: UUID, address: str) -> bool:
    """Whether somebody has signed in from about an address in the last month, as far as sign-ins are kept.

    A computer takes another address of its IPv6 subnet every day.
    """
    there = exists().where(SignIn.subject_id == subject_id, SignIn.address == neighbourhood(address))
    return bool(await session.scalar(select(there)))


async def end(session: AsyncSession, family: UUID, wall: datetime) -> None:
    """End one sign-in."""
    await _end(session, SignIn.id == family, RefreshToken.family == family, wall)


async def revoke_all(session: AsyncSession, subject_id: UUID, wall: datetime) -> None:
    """End every sign-in of somebody."""
    await _end(session, SignIn.subject_id == subject_id, RefreshToken.subject_id == subject_id, wall)


async def _end(
    session: AsyncSession, sign_ins: ColumnElement[bool], tokens: ColumnElement[bool], wall: datetime
) -> None:
    """The sign-in first, as a swap does: two at once wait for each other in one order."""
    standing, unspent = SignIn.ended_at.is_(None), RefreshToken.revoked_at.is_(None)
    await session.execute(update(SignIn).where(sign_ins, standing).values(ended_at=wall))
    await session.execute(update(RefreshToken).where(tokens, unspent).values(revoked_at=wall))
