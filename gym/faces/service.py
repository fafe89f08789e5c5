"""Recognition: consent, enrolment and identification over protected templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gym.core.database.ids import new_id
from gym.faces.enrolment.consent import consent_version
from gym.faces.enrolment.listed_consents import CONSENT_GIVEN
from gym.faces.gallery.matching import identification_of, moved_to_mean, outliers, threshold_of
from gym.faces.gallery.memory_gallery import MemoryGallery, gallery_for
from gym.faces.gallery.postgres_gallery import PgGallery
from gym.faces.gallery.protection import protection_for
from gym.faces.models import ConsentMethod, FaceConsent, FacePicture, FaceTemplate, TemplateOrigin
from gym.faces.refusals import (
    ConsentMethodWrong,
    ConsentMissing,
    FaceOwnerMissing,
    ModelsMixed,
    NoPhotos,
    NotSamePerson,
    NotTheClient,
    PossibleDuplicate,
    TooManyPhotos,
)
from gym.faces.repository import FaceRepository
from gym.faces.schemas import (
    ConsentState,
    Enrolment,
    EnrolmentFace,
    FaceState,
    Identification,
    MatchRule,
    Probe,
    Vector,
)
from gym.faces.thresholds import scale_of
from gym.security.cipher import Cipher
from gym.security.permissions import ActorKind, Permission
from gym.unit_of_work import UnitOfWork

MOST_PHOTOS: Final = 5
CONSENTS_A_DAY: Final = 3
"""How often a member agrees to face check-in on a day, having withdrawn in between."""


class FaceRecognitionService:
    """Probes come in plain; only protected vectors are stored and compared."""

    def __init__(self, uow: UnitOfWork, gallery: MemoryGallery | None = None) -> None:
        self.uow = uow
        self._faces = FaceRepository(uow.session)
        self._gallery = PgGallery(uow.session, uow.secrets.data)
        self._memory = gallery
        self._cipher = Cipher(uow.secrets.data)

    async def give_consent(self, client_id: UUID, method: ConsentMethod) -> FaceConsent:
        """To the text in force: by the client in their own chat, or on paper with staff as the witness.

        Raises `ConsentMethodWrong`, `FaceOwnerMissing` and, for a member, `TooOftenToday`; withdrawing is
        never limited.
        """
        self._require(client_id)
        self._require_method(method)
        await self._lock_client(client_id)
        known = await self._faces.consent(client_id)
        if known is not None and known.version == consent_version():
            return known
        await self.uow.require_below_daily_limit(CONSENT_GIVEN, CONSENTS_A_DAY)
        await self._faces.withdraw(client_id, self.uow.now)  # an older text's consent ends where this begins
        row = self._new_consent(client_id, method)
        await self._faces.add([row])
        self.uow.audit(CONSENT_GIVEN, ("clients", client_id), None, {"method": method})
        return row

    async def withdraw_consent(self, client_id: UUID) -> None:
        """Deletes every template and picture in the same transaction; withdrawing twice is no fault."""
        self._require(client_id)
        await self._faces.lock_client(client_id)
        withdrawn = await self._faces.withdraw(client_id, self.uow.now)
        count = await self._faces.remove(client_id)
        if withdrawn or count:
            self.uow.audit("face.consent_withdrawn", ("clients", client_id), {"templates": count}, None)

    async def enrol(
        self,
        client_id: UUID,
        photos: Sequence[EnrolmentFace],
        rule: MatchRule | None = None,
        *,
        allow_duplicate: bool = False,
        at_kiosk: bool = False,
    ) -> Enrolment:
        """Remember a face, in place of what was remembered before; photos of one person, the best first.

        Pictures taken `at_kiosk` have not passed through a chat, and never will.

        Raises `NoPhotos`, `TooManyPhotos`, `ModelsMixed`, `NotSamePerson`, `FaceOwnerMissing`,
        `ConsentMissing`, `NotTheClient` when the face enrolled before is another one, and
        `PossibleDuplicate`, which whoever may allow duplicates (twins) can override.
        """
        self.uow.actor.require(Permission.MANAGE_FACES)
        if allow_duplicate:
            self.uow.actor.require(Permission.ALLOW_DUPLICATE_FACE)
        require_one_person(photos)
        await self._faces.lock_enrolments()
        await self._lock_client(client_id)
        await self._require_consent(client_id)
        probe = Probe.between([photo.embedding for photo in photos], photos[0].model_id)
        await self._require_same(client_id, probe)
        if not allow_duplicate:
            await self._require_new(client_id, probe, rule or MatchRule(scale=scale_of(probe.model_id)))
        return await self._replace(client_id, photos, at_kiosk=at_kiosk)

    async def identify(self, probe: Probe, rule: MatchRule) -> Identification:
        """Who it is among active clients; named only above the threshold and ahead of everybody else."""
        self.uow.actor.require(Permission.CHECK_IN)
        gallery = gallery_for(self._gallery, self._memory, probe)
        return identification_of(await gallery.search(probe), rule)

    async def remove(self, client_id: UUID) -> None:
        """Forget the face; consent stays."""
        self._require(client_id)
        count = await self._faces.remove(client_id)
        self.uow.audit("face.removed", ("clients", client_id), {"templates": count}, None)

    async def erase(self, client_id: UUID) -> None:
        """Leave no template and no picture; the consent ends.

        What stays says nothing about a person once the client's row is empty: `gallery_changes`, a random id
        and a number, so that every process forgets the face, and the consents, by which the gym can show that
        there was one as long as there was a face (GDPR, article 7(1); article 17(3)(e) exempts the proof).
        """
        self.uow.actor.require(Permission.ERASE)
        await self._faces.lock_client(client_id)
        count = await self._faces.remove(client_id)
        await self._faces.withdraw(client_id, self.uow.now)
        self.uow.audit("face.erased", ("clients", client_id), {"templates": count}, None)

    async def thumbnail(self, client_id: UUID, *, for_chat: bool = False) -> bytes | None:
        """The client's picture as JPEG, 160 px; for a chat none that was taken at the kiosk."""
        self._require_sight(client_id)
        sealed = await self._faces.thumbnail(client_id, for_chat=for_chat)
        return self._cipher.decrypt(sealed, context=f"thumbnail:{client_id}") if sealed else None

    async def pictures(self, client_id: UUID, *, for_chat: bool) -> list[bytes]:
        """Every picture that is kept, as JPEG; for a chat none that was taken at the kiosk."""
        self._require_sight(client_id)
        kept = await self._faces.pictures(client_id, for_chat=for_chat)
        crops = [self._cipher.decrypt(one.crop, context=f"crop:{client_id}") for one in kept]
        shown = [self._cipher.decrypt(one.thumbnail, context=f"thumbnail:{client_id}") for one in kept]
        return [picture for pair in zip(crops, shown, strict=True) for picture in pair]

    async def state(self, client_id: UUID) -> FaceState:
        """Consent and templates."""
        self._require_sight(client_id)
        consent = await self._faces.consent(client_id)
        given = _consent_state(consent) if consent else None
        return FaceState(given, await self._faces.count(client_id))

    async def _lock_client(self, client_id: UUID) -> None:
        client = await self._faces.lock_client(client_id)
        if client is None or not client.active:
            raise FaceOwnerMissing

    async def _require_consent(self, client_id: UUID) -> None:
        consent = await self._faces.consent(client_id)
        if consent is None or consent.version != consent_version():
            raise ConsentMissing

    async def _require_same(self, client_id: UUID, probe: Probe) -> None:
        """A second enrolment of another person is more likely the wrong card than a new face."""
        likeness = await self._gallery.likeness(probe, client_id)
        if likeness is not None and likeness < scale_of(probe.model_id).same_person:
            raise NotTheClient

    async def _require_new(self, client_id: UUID, probe: Probe, rule: MatchRule) -> None:
        """No margin here: a face that resembles two other clients is a duplicate all the more."""
        near = await self._gallery.search(probe, other_than=client_id)
        if near.client_id is None or near.score < threshold_of(rule, near.people):
            return
        may_look = self.uow.actor.may(Permission.ALLOW_DUPLICATE_FACE)
        raise PossibleDuplicate(near.client_id if may_look else None)

    async def _replace(
        self, client_id: UUID, photos: Sequence[EnrolmentFace], *, at_kiosk: bool
    ) -> Enrolment:
        replaced = await self._faces.remove(client_id)
        lean = scale_of(photos[0].model_id).lean
        vectors = moved_to_mean([photo.embedding for photo in photos], lean)
        templates = [self._template(client_id, photos[0].model_id, vector) for vector in vectors]
        await self._faces.add(templates)
        pairs = zip(templates, photos, strict=True)
        await self._faces.add([self._picture(row, photo, at_kiosk) for row, photo in pairs])
        before, after = {"templates": replaced}, {"templates": len(photos)}
        self.uow.audit("face.enrolled", ("clients", client_id), before, after)
        return Enrolment(client_id, len(photos), replaced)

    def _template(self, client_id: UUID, model_id: str, vector: Vector) -> FaceTemplate:
        keyring = self.uow.secrets.data
        return FaceTemplate(
            id=new_id(),
            client_id=client_id,
            model_id=model_id,
            key_id=keyring.first,
            vector=protection_for(keyring, keyring.first).protect(vector),
            origin=TemplateOrigin.ENROLMENT,
            created_at=self.uow.now,
        )

    def _picture(self, template: FaceTemplate, photo: EnrolmentFace, at_kiosk: bool) -> FacePicture:
        client_id = template.client_id
        return FacePicture(
            template_id=template.id,
            client_id=client_id,
            crop=self._cipher.encrypt(photo.crop, context=f"crop:{client_id}"),
            thumbnail=self._cipher.encrypt(photo.thumbnail, context=f"thumbnail:{client_id}"),
            at_kiosk=at_kiosk,
        )

    def _new_consent(self, client_id: UUID, method: ConsentMethod) -> FaceConsent:
        actor = self.uow.actor
        return FaceConsent(
            client_id=client_id,
            version=consent_version(),
            method=method,
            witness_id=actor.staff_id,
            given_at=self.uow.now,
            asked_version=consent_version(),
        )

    def _require(self, client_id: UUID) -> None:
        """The client in person, or whoever manages faces."""
        self.uow.actor.require_own_or(Permission.MANAGE_FACES, client_id)

    def _require_sight(self, client_id: UUID) -> None:
        """The client in person, the desk, and the door, which shows the picture."""
        self.uow.actor.require_own_or(Permission.CHECK_IN, client_id)

    def _require_method(self, method: ConsentMethod) -> None:
        in_chat = self.uow.actor.kind is ActorKind.MEMBER
        if in_chat is not (method is ConsentMethod.CHAT):
            raise ConsentMethodWrong


def require_one_person(photos: Sequence[EnrolmentFace]) -> None:
    """Raises `NoPhotos`, `TooManyPhotos`, `ModelsMixed`, `NotSamePerson`."""
    if not photos:
        raise NoPhotos
    if len(photos) > MOST_PHOTOS:
        raise TooManyPhotos(MOST_PHOTOS)
    if len({photo.model_id for photo in photos}) > 1:
        raise ModelsMixed
    odd = outliers([photo.embedding for photo in photos], scale_of(photos[0].model_id))
    if odd:
        raise NotSamePerson([place + 1 for place in odd])


def _consent_state(row: FaceConsent) -> ConsentState:
    newest = consent_version()
    asked = max(row.version, row.asked_version or 0) >= newest
    return ConsentState(row.version, row.method, row.given_at, row.version == newest, asked)
