"""Links that work once: issued as a token, kept as its HMAC, redeemed by one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.repository import Page, Repository
from gym.core.errors import Conflict, NotFound
from gym.core.language import N_
from gym.security.models import LinkPurpose, OneTimeLink
from gym.security.signed_links import SignedLinks

PREFIXES: Final = {
    LinkPurpose.CLAIM_GYM: "g",
    LinkPurpose.INVITE_STAFF: "s",
    LinkPurpose.LINK_CLIENT: "c",
    LinkPurpose.SET_PASSWORD: "p",
    LinkPurpose.MAKE_PASSPHRASE: "b",
}


class LinkUnknown(NotFound):
    """No such link was ever issued here, or it is one for another purpose."""

    code = "link_unknown"
    message = N_("This link is not from this gym. Ask at the desk for a new one.")


class LinkUsed(Conflict):
    code = "link_used"
    message = N_("This link was used before; it works only once. Ask at the desk for a new one.")


class LinkExpired(Conflict):
    """Too old, or replaced by a newer one."""

    code = "link_expired"
    message = N_("This link has run out. Ask at the desk for a new one.")


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A token that is shown once and kept nowhere; `expires_at` is wall time."""

    token: str
    expires_at: datetime | None


def purpose_of(token: str) -> LinkPurpose | None:
    """What a `/start` payload claims to be for, told by its first letter."""
    return next((purpose for purpose, letter in PREFIXES.items() if token.startswith(letter)), None)


class OneTimeLinkRepository(Repository[OneTimeLink, UUID]):
    model = OneTimeLink


class OneTimeLinks:
    """Issues and redeems; on a plain session, in wall time."""

    def __init__(self, session: AsyncSession, links: SignedLinks) -> None:
        self.session = session
        self.links = links

    async def issue(
        self,
        purpose: LinkPurpose,
        wall: datetime,
        lifetime: timedelta | None,
        *,
        role: str | None = None,
        subject_id: UUID | None = None,
        created_by: UUID | None = None,
    ) -> IssuedLink:
        """A new link; without a lifetime it works until it is used or withdrawn."""
        token = self.links.new_token(PREFIXES[purpose])
        expires_at = wall + lifetime if lifetime else None
        self.session.add(
            OneTimeLink(
                purpose=purpose,
                digest=self.links.digest(token),
                role=role,
                subject_id=subject_id,
                created_by=created_by,
                created_at=wall,
                expires_at=expires_at,
            )
        )
        await self.session.flush()
        return IssuedLink(token, expires_at)

    async def redeem(self, token: str, purposes: Collection[LinkPurpose], wall: datetime) -> OneTimeLink:
        """Spend a link. Of any number of parallel calls one succeeds, and only if its transaction commits.

        Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`.
        """
        mine = self._named(token, purposes)
        spending = update(OneTimeLink).where(*mine, *_live(wall)).values(used_at=wall)
        link = await self.session.scalar(spending.returning(OneTimeLink))
        if link is not None:
            return link
        found = await self.find(token, purposes)
        raise (
            LinkExpired if found is not None and found.used_at is None else LinkUsed if found else LinkUnknown
        )

    async def peek(self, token: str, purposes: Collection[LinkPurpose], wall: datetime) -> OneTimeLink:
        """A link that still works, without spending it.

        Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`.
        """
        found = await self.find(token, purposes)
        if found is None:
            raise LinkUnknown
        if found.used_at is not None:
            raise LinkUsed
        if found.expires_at is not None and found.expires_at <= wall:
            raise LinkExpired
        return found

    async def find(self, token: str, purposes: Collection[LinkPurpose]) -> OneTimeLink | None:
        """The link as it stands, used or not."""
        query = select(OneTimeLink).where(*self._named(token, purposes))
        return await self.session.scalar(query, execution_options={"populate_existing": True})

    async def withdraw(
        self,
        wall: datetime,
        *,
        purpose: LinkPurpose | None = None,
        subject_id: UUID | None = None,
        created_by: UUID | None = None,
    ) -> None:
        """Let unused links run out now: those of a purpose, for a subject, or made by somebody."""
        query = update(OneTimeLink).where(*_live(wall)).values(expires_at=wall)
        for column, value in (
            (OneTimeLink.purpose, purpose),
            (OneTimeLink.subject_id, subject_id),
            (OneTimeLink.created_by, created_by),
        ):
            if value is not None:
                query = query.where(column == value)
        await self.session.execute(query)

    async def open_links(self, purpose: LinkPurpose, wall: datetime, number: int) -> Page[OneTimeLink]:
        """Those of a purpose that still work, the first to run out first."""
        query = select(OneTimeLink).where(OneTimeLink.purpose == purpose, *_live(wall))
        query = query.order_by(OneTimeLink.expires_at, OneTimeLink.id)
        return await OneTimeLinkRepository(self.session).page(query, number)

    async def withdraw_one(self, key: UUID, purpose: LinkPurpose, wall: datetime) -> OneTimeLink | None:
        """Let one of a purpose run out now; None where it does not work any more."""
        mine = OneTimeLink.id == key, OneTimeLink.purpose == purpose
        query = update(OneTimeLink).where(*mine, *_live(wall)).values(expires_at=wall)
        return await self.session.scalar(query.returning(OneTimeLink))

    def _named(
        self, token: str, purposes: Collection[LinkPurpose]
    ) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The link of a token, by its digest under any key: a link outlives a rotation."""
        return OneTimeLink.digest.in_(self.links.digests(token)), OneTimeLink.purpose.in_(purposes)


def _live(wall: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    unexpired = or_(OneTimeLink.expires_at.is_(None), OneTimeLink.expires_at > wall)
    return OneTimeLink.used_at.is_(None), unexpired
