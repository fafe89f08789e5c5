"""Consents that stand in a gym's own list: signed on paper, recorded for many clients at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from gym.faces.enrolment.consent import consent_version
from gym.faces.models import ConsentMethod, FaceConsent
from gym.faces.repository import FaceRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

CONSENT_GIVEN: Final = "face.consent_given"


class ListedConsents:
    """Whoever imports is the witness. The clients are locked by the caller."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._faces = FaceRepository(uow.session)

    async def give(self, client_ids: Sequence[UUID]) -> None:
        """To the text in force; who has agreed to it already, in chat or on paper, is left alone."""
        self.uow.actor.require(Permission.IMPORT)
        known = await self._known(client_ids)
        for client_id in (one for one in client_ids if one in known and known[one] != consent_version()):
            await self._faces.withdraw(client_id, self.uow.now)  # an older text's ends where this begins
        new = [one for one in client_ids if known.get(one) != consent_version()]
        await self._faces.add([self._consent(client_id) for client_id in new])
        for client_id in new:
            after = {"method": ConsentMethod.PAPER}
            self.uow.audit(CONSENT_GIVEN, ("clients", client_id), None, after)

    async def _known(self, client_ids: Sequence[UUID]) -> dict[UUID, int]:
        query = select(FaceConsent.client_id, FaceConsent.version)
        query = query.where(FaceConsent.client_id.in_(client_ids), FaceConsent.withdrawn_at.is_(None))
        return {row.client_id: row.version for row in await self.uow.session.execute(query)}

    def _consent(self, client_id: UUID) -> FaceConsent:
        return FaceConsent(
            client_id=client_id,
            version=consent_version(),
            method=ConsentMethod.PAPER,
            witness_id=self.uow.actor.staff_id,
            given_at=self.uow.now,
            asked_version=consent_version(),
        )
