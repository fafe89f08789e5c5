"""Recognition: consent, enrolment and identification over protected templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np

from gym.clients.models import Client
from gym.core.errors import Conflict, Invalid
from gym.core.ids import new_id
from gym.core.language import N_
from gym.faces.consent import VERSION, ConsentMissing
from gym.faces.errors import NoFace
from gym.faces.matching import SAME_PERSON, Candidate, MatchRule, decide
from gym.faces.models import (
    ConsentMethod,
    FaceConsent,
    FacePicture,
    FaceTemplate,
    TemplateOrigin,
)
from gym.faces.protection import protection_for
from gym.faces.repository import FaceRepository, as_text
from gym.faces.schemas import Enrolment, EnrolmentFace, FaceState, Identification, Match, Probe
from gym.security.cipher import Cipher
from gym.security.permissions import ActorKind, NotAllowed, Permission
from gym.unit_of_work import UnitOfWork

MOST_PHOTOS: Final = 5


class PossibleDuplicate(Conflict):
    """The face is another client's; who may look is told whose."""

    code = "possible_duplicate"
    message = N_("This face may be registered already as {client}. Look them up before you go on.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class NotSamePerson(Invalid):
    code = "not_same_person"
    message = N_("The photos do not seem to show one person. Take them again, one person only.")


class TooManyPhotos(Invalid):
    code = "too_many_photos"
    message = N_("Send at most {most} photos.")


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
            client_id=client_id, version=VERSION, method=method, witness_id=witness, given_at=self.uow.now
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
            raise NoFace
        if len(photos) > MOST_PHOTOS:
            raise TooManyPhotos(most=MOST_PHOTOS)
        if await self._faces.consent(client_id) is None:
            raise ConsentMissing
        _require_one_person([photo.probe for photo in photos])
        await self._require_new(client_id, photos, rule, allow_duplicate)
        await self._faces.remove(client_id)
        await self._store(client_id, photos)
        self.uow.audit("face.enrolled", ("clients", client_id), None, {"templates": len(photos)})
        return Enrolment(client_id, len(photos))

    async def identify(self, probe: Probe, rule: MatchRule) -> Identification:
        """Who it is among active clients."""
        candidates, people = await self._nearest(probe)
        return decide(candidates, people, rule)

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
        return FaceState(consent.given_at if consent else None, await self._faces.count(client_id))

    async def _nearest(self, probe: Probe, other_than: UUID | None = None) -> tuple[list[Candidate], int]:
        """Against the templates of every live key: one, except while keys are being rotated."""
        found: list[Candidate] = []
        people = 0
        for kid in self.uow.secrets.data:
            vector = protection_for(self.uow.secrets.data, kid).protect(probe.embedding)
            near, count = await self._faces.nearest(vector, probe.model_id, kid, other_than)
            found, people = found + near, people + count
        return _best_of_each(found), people

    async def _require_new(
        self, client_id: UUID, photos: Sequence[EnrolmentFace], rule: MatchRule, allowed: bool
    ) -> None:
        for photo in photos:
            candidates, people = await self._nearest(photo.probe, client_id)
            known = decide(candidates, people, rule)
            if known.match is not Match.FOUND or known.client_id is None:
                continue
            if allowed:
                self.uow.actor.require(Permission.ALLOW_DUPLICATE_FACE)
                return
            other = await self.uow.session.get(Client, known.client_id)
            raise PossibleDuplicate(other.full_name if other else "")

    async def _store(self, client_id: UUID, photos: Sequence[EnrolmentFace]) -> None:
        kid = self.uow.secrets.data.first
        protection = protection_for(self.uow.secrets.data, kid)
        templates = [
            FaceTemplate(
                id=new_id(),
                client_id=client_id,
                model_id=photo.probe.model_id,
                key_id=kid,
                vector=as_text(protection.protect(photo.probe.embedding)),
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


def _require_one_person(probes: Sequence[Probe]) -> None:
    """Every photo must be like the one in the middle of them."""
    vectors = np.stack([probe.embedding for probe in probes])
    alike = vectors @ vectors.T
    if float(alike[int(alike.sum(axis=1).argmax())].min()) < SAME_PERSON:
        raise NotSamePerson


def _best_of_each(found: Sequence[Candidate]) -> list[Candidate]:
    best: dict[UUID, Candidate] = {}
    for one in found:
        if one.client_id not in best or one.similarity > best[one.client_id].similarity:
            best[one.client_id] = one
    return sorted(best.values(), key=lambda one: one.similarity, reverse=True)
