"""One-time links: issued as random tokens, kept as digests, redeemed by one conditional UPDATE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.security.links import Links
from gym.security.models import LinkPurpose, OneTimeLink

LIFETIME: Final = timedelta(hours=24)
PREFIX: Final = {
    LinkPurpose.CLAIM_GYM: "c",
    LinkPurpose.INVITE_STAFF: "s",
    LinkPurpose.LINK_CLIENT: "m",
    LinkPurpose.SET_PASSWORD: "w",
}
"""First letter of a token, so that a deep link can be sent to the right flow."""


class LinkUnknown(Invalid):
    code = "link_unknown"
    message = N_("This link is not known here. Ask for a new one.")


class LinkUsed(Invalid):
    code = "link_used"
    message = N_("This link was used already. Ask for a new one.")


class LinkExpired(Invalid):
    code = "link_expired"
    message = N_("This link has run out. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A token, seen this once; only its digest is kept."""

    token: str
    expires_at: datetime | None


class OneTimeLinks:
    """On a plain session, in wall time."""

    def __init__(self, session: AsyncSession, links: Links, wall: datetime) -> None:
        self.session = session
        self.links = links
        self.wall = wall

    async def issue(
        self,
        purpose: LinkPurpose,
        *,
        created_by: UUID | None,
        role: str | None = None,
        subject_id: UUID | None = None,
        lifetime: timedelta | None = LIFETIME,
    ) -> IssuedLink:
        """A new link."""
        token = self.links.new_token(PREFIX[purpose])
        expires_at = self.wall + lifetime if lifetime else None
        row = OneTimeLink(
            purpose=purpose,
            digest=self.links.digest(token),
            role=role,
            subject_id=subject_id,
            created_by=created_by,
            created_at=self.wall,
            expires_at=expires_at,
        )
        self.session.add(row)
        await self.session.flush([row])
        return IssuedLink(token, expires_at)

    async def redeem(self, token: str, *purposes: LinkPurpose) -> OneTimeLink:
        """Use a link up; of two at once, one wins. Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`."""
        mine = OneTimeLink.digest == self.links.digest(token)
        fresh = or_(OneTimeLink.expires_at.is_(None), OneTimeLink.expires_at > self.wall)
        use = update(OneTimeLink).where(mine, OneTimeLink.purpose.in_(purposes))
        taken = use.where(OneTimeLink.used_at.is_(None), fresh).values(used_at=self.wall)
        row = await self.session.scalar(taken.returning(OneTimeLink))
        if row is not None:
            return row
        raise await self._why_not(token)

    async def withdraw(self, purpose: LinkPurpose, subject_id: UUID | None = None) -> None:
        """Make every unused link of a purpose (and subject) useless."""
        unused = update(OneTimeLink).where(OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None))
        if subject_id is not None:
            unused = unused.where(OneTimeLink.subject_id == subject_id)
        await self.session.execute(unused.values(used_at=self.wall))

    async def _why_not(self, token: str) -> Invalid:
        row = await self.session.scalar(
            select(OneTimeLink).where(OneTimeLink.digest == self.links.digest(token))
        )
        if row is None:
            return LinkUnknown()
        return LinkUsed() if row.used_at else LinkExpired()
