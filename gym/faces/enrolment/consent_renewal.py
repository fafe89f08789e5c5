"""Renewal of consents: clients who agreed to an older text are asked about the newer one, once."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text

from gym.faces.enrolment.consent import consent_version
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.members import FaceConsentRenewedPayload
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

# Whoever has blocked the bot would never see it: they are asked when they let it in again. A consent that
# was withdrawn is not asked for. The mark is on the consent, as messages are forgotten after some weeks.
ASK: Final = text("""
UPDATE face_consents f SET asked_version = :version
FROM clients c LEFT JOIN chat_people p ON p.user_id = c.telegram_id
WHERE f.client_id = c.id AND c.active AND c.telegram_id IS NOT NULL AND coalesce(p.reachable, true)
  AND f.withdrawn_at IS NULL AND greatest(f.version, coalesce(f.asked_version, 0)) < :version
  AND (CAST(:client_id AS uuid) IS NULL OR f.client_id = :client_id)
RETURNING c.id
""").bindparams(bindparam("client_id", type_=Uuid))


class ConsentRenewal:
    """Asks in the client's own chat; without one the desk asks, from the card."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def ask_due(self) -> int:
        """How many clients are asked now."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await self._ask(None)

    async def ask_who_has_come(self, client_id: UUID) -> bool:
        """Ask one member in person, if they are to be asked. Raises `NotAllowed` to another person."""
        self.uow.actor.require_own_or(Permission.RUN_JOBS, client_id)
        return await self._ask(client_id) > 0

    async def _ask(self, client_id: UUID | None) -> int:
        """Mark and message in one transaction: nobody counts as asked whose question was lost."""
        values = {"version": (version := consent_version()), "client_id": client_id}
        clients = (await self.uow.session.scalars(ASK, values)).all()
        for asked in clients:
            self.uow.notify(
                Recipient.client(asked),
                FaceConsentRenewedPayload(version=version),
                dedup_key=f"face_consent:{asked}:{version}",
            )
        return len(clients)
