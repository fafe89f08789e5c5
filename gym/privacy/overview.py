"""What a client's privacy screen shows: consents with their dates, looks at the card, a wish to be erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gym.clients.repository import ClientRepository
from gym.faces.models import FaceConsent
from gym.privacy.models import Erasure
from gym.privacy.repository import ErasureRepository, LooksRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

LOOKED_BACK: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PrivacyOverview:
    """Facts that the client may see: no names of the team, no words of theirs."""

    client_id: UUID
    client_name: str
    erased_at: datetime | None
    consents: Sequence[FaceConsent]
    """The newest first."""
    looks: int
    """How often somebody of the team opened the card within `LOOKED_BACK`."""
    last_look: datetime | None
    exports: int
    """How often the data were exported within `LOOKED_BACK`, by whomever."""
    erasure: Erasure | None
    """A wish that waits, or is done."""


class PrivacyOverviews:
    """For admins, and for a client in person."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def of(self, client_id: UUID) -> PrivacyOverview:
        """Raises `ClientNotFound`."""
        self.uow.actor.require_own_or(Permission.ERASE, client_id)
        client = await ClientRepository(self.uow.session).require(client_id)
        looks = LooksRepository(self.uow.session)
        since = self.uow.now - LOOKED_BACK
        seen, last = await looks.counted(client_id, "client.viewed", since)
        exports, _ = await looks.counted(client_id, "client.exported", since)
        return PrivacyOverview(
            client_id=client_id,
            client_name=client.full_name,
            erased_at=client.erased_at,
            consents=await looks.consents(client_id),
            looks=seen,
            last_look=last,
            exports=exports,
            erasure=await ErasureRepository(self.uow.session).open(client_id),
        )
