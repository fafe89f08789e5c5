"""Consent register for the owner: every consent to face check-in, in force or ended.

An erased client's consents stay as dates under a pseudonym, so that the gym can show that they were given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from gym.clients.models import Client
from gym.core.database.repository import PAGE_SIZE, Page
from gym.core.language import N_, Translator
from gym.faces.enrolment.consent import consent_version
from gym.faces.models import ConsentMethod, FaceConsent
from gym.security.permissions import Permission
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork

CONSENTS_EXPORTED = "privacy.consents_exported"
PSEUDONYM_LENGTH = 8
"""Digits of the id's random end: enough to tell a gym's clients apart, and nothing of a person."""


class ConsentStanding(StrEnum):
    """Where a consent stands."""

    IN_FORCE = "in_force"
    OLDER_TEXT = "older_text"
    """Agreed to a text that has been replaced; recognised until they say no, nothing new is stored."""
    ENDED = "ended"
    """Withdrawn, or replaced by one to a newer text."""


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent of one client."""

    client_id: UUID
    client_name: str
    erased: bool
    """Nothing is left of the client but the pseudonym."""
    document: str
    """Type and number; empty where none is known."""
    guardian_name: str
    """Who answers for a client under age; empty for all others."""
    version: int
    """Of the text that was agreed to."""
    method: ConsentMethod
    witness: str
    """The member of staff who noted a consent on paper; empty for one given in the client's own chat."""
    given_at: datetime
    ended_at: datetime | None

    @property
    def pseudonym(self) -> str:
        """The same before and after an erasure: an earlier copy of the register tells whose it was."""
        return str(self.client_id)[-PSEUDONYM_LENGTH:]

    def who(self, t: Translator) -> str:
        """The client's name, or the pseudonym of one who was erased."""
        return t(N_("erased client {number}"), number=self.pseudonym) if self.erased else self.client_name

    @property
    def standing(self) -> ConsentStanding:
        if self.ended_at is not None:
            return ConsentStanding.ENDED
        return ConsentStanding.IN_FORCE if self.version == consent_version() else ConsentStanding.OLDER_TEXT


@dataclass(frozen=True, slots=True)
class ConsentCounts:
    """Consents by where they stand."""

    in_force: int
    older_text: int
    ended: int


class ConsentRegister:
    """For admins."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def page(self, number: int = 0) -> Page[ConsentLine]:
        """The newest first; names only, so that a look through them is no list of documents."""
        self.uow.actor.require(Permission.EXPORT)
        total = await self.uow.session.scalar(select(func.count()).select_from(FaceConsent)) or 0
        number = max(0, min(number, (total - 1) // PAGE_SIZE if total else 0))
        query = _lines().limit(PAGE_SIZE).offset(number * PAGE_SIZE)
        rows = (await self.uow.session.execute(query)).all()
        return Page([_line(row) for row in rows], number, total)

    async def everything(self) -> Sequence[ConsentLine]:
        """Every consent, with documents; recorded, as every export is."""
        self.uow.actor.require(Permission.EXPORT)
        rows = (await self.uow.session.execute(_lines())).all()
        self.uow.audit(CONSENTS_EXPORTED, ("face_consents", None), None, {"count": len(rows)})
        return [_line(row) for row in rows]

    async def counts(self) -> ConsentCounts:
        self.uow.actor.require(Permission.EXPORT)
        open_ = FaceConsent.withdrawn_at.is_(None)
        current = FaceConsent.version == consent_version()
        query = select(
            func.count().filter(open_, current),
            func.count().filter(open_, ~current),
            func.count().filter(~open_),
        ).select_from(FaceConsent)
        return ConsentCounts(*(await self.uow.session.execute(query)).one())


def _lines() -> Select[FaceConsent, Client, str]:
    query = select(FaceConsent, Client, Staff.name).join(Client, Client.id == FaceConsent.client_id)
    query = query.outerjoin(Staff, Staff.id == FaceConsent.witness_id)
    return query.order_by(FaceConsent.given_at.desc(), FaceConsent.id)


def _line(row: Row[FaceConsent, Client, str]) -> ConsentLine:
    consent, client, witness = row
    number = client.document_number
    return ConsentLine(
        client_id=client.id,
        client_name=client.full_name,
        erased=client.erased_at is not None,
        document=f"{client.document_type} {number}" if number else "",
        guardian_name=client.guardian_name or "",
        version=consent.version,
        method=consent.method,
        witness=witness or "",
        given_at=consent.given_at,
        ended_at=consent.withdrawn_at,
    )
