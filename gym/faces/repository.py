"""Queries of consent, templates and pictures; searching is the gallery's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.clients.models import Client
from gym.faces.models import FaceConsent, FacePicture, FaceTemplate, TemplateOrigin

# Two enrolments at once could each miss the other's face as a duplicate; held until the transaction ends.
ONE_ENROLMENT = text("SELECT pg_advisory_xact_lock(6949353)")


class FaceRepository:
    """Rows of faces, on a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def lock_enrolments(self) -> None:
        await self.session.execute(ONE_ENROLMENT)

    async def lock_client(self, client_id: UUID) -> Client | None:
        """The client as they stand now; whoever changes their consent or face takes this first."""
        query = select(Client).where(Client.id == client_id).with_for_update(key_share=True)
        return await self.session.scalar(query, execution_options={"populate_existing": True})

    async def consent(self, client_id: UUID) -> FaceConsent | None:
        """The consent in force."""
        query = select(FaceConsent).where(
            FaceConsent.client_id == client_id, FaceConsent.withdrawn_at.is_(None)
        )
        return await self.session.scalar(query, execution_options={"populate_existing": True})

    async def withdraw(self, client_id: UUID, at: datetime) -> bool:
        """End the consent in force; False when there was none."""
        given = update(FaceConsent).where(
            FaceConsent.client_id == client_id, FaceConsent.withdrawn_at.is_(None)
        )
        ended = await self.session.scalar(given.values(withdrawn_at=at).returning(FaceConsent.id))
        return ended is not None

    async def remove(self, client_id: UUID) -> int:
        """Delete every template, and its picture with it; rows, not flags."""
        gone = delete(FaceTemplate).where(FaceTemplate.client_id == client_id).returning(FaceTemplate.id)
        return len((await self.session.scalars(gone)).all())

    async def count(self, client_id: UUID) -> int:
        """The photos somebody was enrolled with; what the door has learnt since is no photo."""
        mine = (FaceTemplate.client_id == client_id, FaceTemplate.origin == TemplateOrigin.ENROLMENT)
        return await self.session.scalar(select(func.count()).select_from(FaceTemplate).where(*mine)) or 0

    async def learnt_at(self, client_id: UUID) -> datetime | None:
        """When the door last learnt this face."""
        mine = (FaceTemplate.client_id == client_id, FaceTemplate.origin == TemplateOrigin.AUTOMATIC)
        return await self.session.scalar(select(func.max(FaceTemplate.created_at)).where(*mine))

    async def remove_learnt(self, client_id: UUID) -> int:
        """Delete what the door has learnt; never what somebody was enrolled with."""
        mine = (FaceTemplate.client_id == client_id, FaceTemplate.origin == TemplateOrigin.AUTOMATIC)
        gone = delete(FaceTemplate).where(*mine).returning(FaceTemplate.id)
        return len((await self.session.scalars(gone)).all())

    async def thumbnail(self, client_id: UUID, *, for_chat: bool = False) -> bytes | None:
        """The encrypted thumbnail of the best photo: the first of the last enrolment."""
        query = select(FacePicture.thumbnail).where(FacePicture.client_id == client_id)
        if for_chat:
            query = query.where(FacePicture.at_kiosk.is_(False))
        return await self.session.scalar(query.order_by(FacePicture.template_id).limit(1))

    async def pictures(self, client_id: UUID, *, for_chat: bool) -> Sequence[FacePicture]:
        """Every picture, the best first."""
        query = select(FacePicture).where(FacePicture.client_id == client_id)
        if for_chat:
            query = query.where(FacePicture.at_kiosk.is_(False))
        return (await self.session.scalars(query.order_by(FacePicture.template_id))).all()

    async def add(self, rows: Sequence[Any]) -> None:
        self.session.add_all(rows)
        await self.session.flush()
