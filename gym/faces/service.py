"""Recognition: consent, enrolment and identification over protected templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gym.core.ids import new_id
from gym.faces.consent import CONSENT_VERSION
from gym.faces.matching import decide, strangers_among
from gym.faces.models import ConsentMethod, FaceConsent, FacePicture, FaceTemplate, TemplateOrigin
from gym.faces.protection import protection_for
from gym.faces.refusals import ConsentMissing, NoPhotos, NotSamePerson, PossibleDuplicate, TooManyPhotos
from gym.faces.repository import NOBODY, FaceRepository
from gym.faces.schemas import (
    Candidates,
    ConsentState,
    Enrolment,
    EnrolmentFace,
    FaceState,
    Identification,
    MatchOutcome,
    MatchRule,
    Probe,
)
from gym.security.cipher import Cipher
from gym.security.permissions import ActorKind, NotAllowed, Permission
from gym.unit_of_work import UnitOfWork

MOST_PHOTOS: Final = 5


class FaceRecognitionService:
    """Knows whose face it is; plain vectors come in, protected ones are stored and compared."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._faces = FaceRepository(uow.session)
        self._cipher = Cipher(uow.secrets.data)

    async def give_consent(self, client_id: UUID, method: ConsentMethod) -> FaceConsent:
        """By the client in their own chat, or on paper before a member of staff."""
        self._require(client_id)
        known = await self._faces.consent(client_id)
        if known is not None:
            return known
        witness = self.uow.actor.id if self.uow.actor.kind is ActorKind.STAFF else None
        row = FaceConsent(
            client_id=client_id,
            version=CONSENT_VERSION,
            method=method,
            witness_id=witness,
            given_at=self.uow.now,
        )
        await self._faces.add([row])
        self.uow.audit("face.consent_given", ("clients", client_id), None, {"method": method})
        return row

    async def withdraw_consent(self, client_id: UUID) -> None:
        """Deletes every template and picture in the same breath."""
        self._require(client_id)
        await self._faces.withdraw(client_id, self.uow.now)
        count = await self._faces.remove(client_id)
        self.uow.audit("face.consent_withdrawn", ("clients", client_id), {"templates": count}, None)

    async def enrol(
        self,
        client_id: UUID,
        photos: Sequence[EnrolmentFace],
        rule: MatchRule,
        *,
        allow_duplicate: bool = False,
    ) -> Enrolment:
        """Remember a face in place of what was remembered before.

        Raises `ConsentMissing`, `NotSamePerson`, `PossibleDuplicate` (an admin may allow twins).
        """
        self.uow.actor.require(Permission.MANAGE_FACES)
        if not photos:
            raise NoPhotos
        if len(photos) > MOST_PHOTOS:
            raise TooManyPhotos(MOST_PHOTOS)
        if await self._faces.consent(client_id) is None:
            raise ConsentMissing
        odd = strangers_among([photo.embedding for photo in photos])
        if odd:
            raise NotSamePerson([place + 1 for place in odd])
        await self._require_new(client_id, photos, rule, allow_duplicate)
        replaced = await self._faces.remove(client_id)
        await self._store(client_id, photos)
        self.uow.audit("face.enrolled", ("clients", client_id), None, {"templates": len(photos)})
        return Enrolment(client_id, len(photos), replaced)

    async def identify(self, probe: Probe, rule: MatchRule) -> Identification:
        """Who it is among active clients."""
        return decide(await self._nearest(probe), rule)

    async def remove(self, client_id: UUID) -> None:
        """Forget the face; consent stays."""
        self._require(client_id)
        count = await self._faces.remove(client_id)
        self.uow.audit("face.removed", ("clients", client_id), {"templates": count}, None)

    async def thumbnail(self, client_id: UUID) -> bytes | None:
        """The client's picture as JPEG."""
        row = await self._faces.picture(client_id)
        return self._cipher.decrypt(row.thumbnail, context=f"thumbnail:{client_id}") if row else None

    async def state(self, client_id: UUID) -> FaceState:
        """Consent and templates."""
        consent = await self._faces.consent(client_id)
        given = _consent_state(consent) if consent else None
        return FaceState(given, await self._faces.count(client_id))

    async def _nearest(self, probe: Probe, other_than: UUID | None = None) -> Candidates:
        """Against the templates of every live key: one, except while keys are being rotated."""
        found = NOBODY
        for kid in self.uow.secrets.data:
            vector = protection_for(self.uow.secrets.data, kid).protect(probe.embedding)
            near = await self._faces.nearest(vector, probe.model_id, kid, other_than)
            found = _together(found, near)
        return found

    async def _require_new(
        self, client_id: UUID, photos: Sequence[EnrolmentFace], rule: MatchRule, allowed: bool
    ) -> None:
        for photo in photos:
            near = await self._nearest(Probe(photo.embedding, photo.model_id), client_id)
            known = decide(near, rule)
            if known.outcome is not MatchOutcome.FOUND or known.client_id is None:
                continue
            if allowed:
                self.uow.actor.require(Permission.ALLOW_DUPLICATE_FACE)
                return
            may_look = self.uow.actor.may(Permission.ALLOW_DUPLICATE_FACE)
            raise PossibleDuplicate(known.client_id if may_look else None)

    async def _store(self, client_id: UUID, photos: Sequence[EnrolmentFace]) -> None:
        kid = self.uow.secrets.data.first
        protection = protection_for(self.uow.secrets.data, kid)
        templates = [
            FaceTemplate(
                id=new_id(),
                client_id=client_id,
                model_id=photo.model_id,
                key_id=kid,
                vector=protection.protect(photo.embedding),
                origin=TemplateOrigin.ENROLMENT,
                created_at=self.uow.now,
            )
            for photo in photos
        ]
        await self._faces.add(templates)
        pairs = zip(templates, photos, strict=True)
        await self._faces.add([self._picture(row, photo) for row, photo in pairs])

    def _picture(self, template: FaceTemplate, photo: EnrolmentFace) -> FacePicture:
        client_id = template.client_id
        return FacePicture(
            template_id=template.id,
            client_id=client_id,
            crop=self._cipher.encrypt(photo.crop, context=f"crop:{client_id}"),
            thumbnail=self._cipher.encrypt(photo.thumbnail, context=f"thumbnail:{client_id}"),
        )

    def _require(self, client_id: UUID) -> None:
        actor = self.uow.actor
        own = actor.kind is ActorKind.MEMBER and actor.id == client_id
        if not own and not actor.may(Permission.MANAGE_FACES):
            raise NotAllowed(Permission.MANAGE_FACES)


def _together(one: Candidates, other: Candidates) -> Candidates:
    """The best of two keys' galleries; a client may have templates in both while keys are rotated."""
    best, rest = (one, other) if one.score >= other.score else (other, one)
    rival = rest.runner_up if rest.client_id == best.client_id else rest.score
    return Candidates(best.client_id, best.score, max(best.runner_up, rival), one.people + other.people)


def _consent_state(row: FaceConsent) -> ConsentState:
    return ConsentState(row.version, row.method, row.given_at, row.version == CONSENT_VERSION)
