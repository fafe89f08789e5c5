"""Template adaptation: a face recognised with a wide margin may replace a client's one automatic template.

People change: beard, glasses, years. What somebody was enrolled with is never touched and stays the measure,
so a face can be learnt only while it still looks like its enrolment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from gym.core.database.ids import new_id
from gym.faces.enrolment.consent import consent_version
from gym.faces.gallery.matching import identification_of, threshold_of
from gym.faces.gallery.postgres_gallery import PgGallery
from gym.faces.gallery.protection import protection_for
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.faces.repository import FaceRepository
from gym.faces.schemas import MatchRule, Probe
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from gym.faces.engine.reader import Face

WELL_ABOVE: Final = 0.15
"""Over the threshold: at 0.50, no two of 3,000 different people of LFW come anywhere near it (0.32)."""
AT_MOST_EVERY: Final = timedelta(days=7)
"""Between two changes of one client's automatic template."""


class FaceAdaptation:
    """Off the hot path, in a transaction of its own."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._faces = FaceRepository(uow.session)
        self._gallery = PgGallery(uow.session, uow.secrets.data)

    async def learn(self, client_id: UUID, faces: Sequence[Face], model_id: str, rule: MatchRule) -> bool:
        """Replace a client's automatic template by the first face that is good enough; False: left as it is.

        The caller vouches for an admitted check-in of this client and for liveness. At most one change a
        week, only with a consent to the text in force, and only where the setting allows it.
        """
        self.uow.actor.require(Permission.CHECK_IN)
        probe = next((Probe.of(face, model_id) for face in faces if _is_good(face)), None)
        if probe is None or not self.uow.settings.adaptive_faces:
            return False
        if not await self._may_change(client_id) or not await self._is_sure(client_id, probe, rule):
            return False
        replaced = await self._faces.remove_learnt(client_id)
        await self._faces.add([self._template(client_id, probe)])
        self.uow.audit("face.adapted", ("clients", client_id), {"automatic": replaced}, {"automatic": 1})
        return True

    async def _may_change(self, client_id: UUID) -> bool:
        """Locks the client, so that of two doors one learns."""
        client = await self._faces.lock_client(client_id)
        consent = await self._faces.consent(client_id)
        if client is None or not client.active or consent is None or consent.version != consent_version():
            return False
        last = await self._faces.learnt_at(client_id)
        return last is None or self.uow.now - last >= AT_MOST_EVERY

    async def _is_sure(self, client_id: UUID, probe: Probe, rule: MatchRule) -> bool:
        """Nobody else resembles this face, and it is well above the threshold of its own enrolment."""
        near = await self._gallery.search(probe)
        if identification_of(near, rule).client_id != client_id:
            return False
        likeness = await self._gallery.likeness(probe, client_id)
        return likeness is not None and likeness >= threshold_of(rule, near.people) + WELL_ABOVE

    def _template(self, client_id: UUID, probe: Probe) -> FaceTemplate:
        """Without a picture: photos of the door are not kept."""
        keyring = self.uow.secrets.data
        return FaceTemplate(
            id=new_id(),
            client_id=client_id,
            model_id=probe.model_id,
            key_id=keyring.first,
            vector=protection_for(keyring, keyring.first).protect(probe.embedding),
            origin=TemplateOrigin.AUTOMATIC,
            created_at=self.uow.now,
        )


def _is_good(face: Face) -> bool:
    """As good as a photo must be to be remembered."""
    from gym.faces.engine.quality import enrolment_fault

    return enrolment_fault(face.quality) is None
