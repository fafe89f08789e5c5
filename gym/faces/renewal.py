"""The renewal of consents: whoever agreed to an older text is asked about the newer one, once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from gym.faces.consent import consent_version
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import Recipient
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

# Whoever has blocked the bot would never see it: they are asked when they let it in again. A consent that
# was withdrawn is not asked for. The mark is on the consent, as messages are forgotten after some weeks.
ASK: Final = text("""
UPDATE face_consents f SET asked_version = :version
FROM clients c LEFT JOIN chat_people p ON p.user_id = c.telegram_id
WHERE f.client_id = c.id AND c.active AND c.telegram_id IS NOT NULL AND coalesce(p.reachable, true)
  AND f.withdrawn_at IS NULL AND greatest(f.version, coalesce(f.asked_version, 0)) < :version
RETURNING c.id
""")


class ConsentRenewal:
    """Asks in the client's own chat; without one the desk asks, from the card."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def ask_due(self) -> int:
        """How many clients are asked now."""
        self.uow.actor.require(Permission.RUN_JOBS)
        version = consent_version()
        clients = (await self.uow.session.scalars(ASK, {"version": version})).all()
        for client_id in clients:
            self.uow.notify(
                Recipient.client(client_id),
                NotificationKind.FACE_CONSENT_RENEWED,
                {"version": version},
                dedup_key=f"face_consent:{client_id}:{version}",
            )
        return len(clients)
