"""Photo import: the photos of a ZIP are judged as at any enrolment, person by person, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar
from uuid import UUID

from gym.clients.repository import ClientRepository
from gym.core.errors import Busy, GymError
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.pool import FacePool
from gym.faces.refusals import PossibleDuplicate
from gym.faces.schemas import EnrolmentFace, MatchRule
from gym.faces.service import MOST_PHOTOS, FaceRecognitionService
from gym.importing.photos.archive import ArchivedFile, PhotoArchive
from gym.importing.photos.errors import (
    PhotoExpected,
    PhotoHidden,
    PhotoOf,
    PhotoOwnerUnclear,
    PhotoOwnerUnknown,
    PhotoSurplus,
    PhotoWithoutConsent,
)
from gym.importing.photos.file_names import is_hidden, is_other, numbers_in
from gym.importing.photos.repository import PhotoOwners, is_enrolled, photo_owners
from gym.importing.photos.schemas import (
    KnownFace,
    PhotoOutcome,
    PhotoPlan,
    PhotoResult,
    PhotosToEnrol,
    by_name,
)
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Called with the photos done and all of them."""
PATIENCE: Final = 60
"""Tries for a photo while the pool is busy: the door goes first."""
PAUSE_SECONDS: Final = 1.0


class Runner(Protocol):
    """Runs one transaction of whoever imports."""

    def __call__(self, work: Callable[[UnitOfWork], Awaitable[Result]], /) -> Awaitable[Result]: ...


class PhotoService:
    """An admin's part that needs a transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def plan(self, files: Sequence[ArchivedFile]) -> PhotoPlan:
        """Whose photos these are, by their names. Reads no photo, writes nothing."""
        self.uow.actor.require(Permission.IMPORT)
        owners = await photo_owners(self.uow.session)
        return await asyncio.to_thread(_planned, owners, files)

    async def enrol(self, client_id: UUID, faces: Sequence[EnrolmentFace], rule: MatchRule) -> bool:
        """False where somebody has enrolled a face since: that one stays.

        Raises what `FaceRecognitionService.enrol` raises, and `PhotoOf` with the name of whoever it may be.
        """
        self.uow.actor.require(Permission.IMPORT)
        if await is_enrolled(self.uow.session, client_id):
            return False
        try:
            await FaceRecognitionService(self.uow).enrol(client_id, faces, rule)
        except PossibleDuplicate as duplicate:
            raise await self._named(duplicate) from duplicate
        return True

    async def _named(self, duplicate: PossibleDuplicate) -> GymError:
        other = duplicate.client_id
        found = await ClientRepository(self.uow.session).get(other) if other is not None else None
        return PhotoOf(found.full_name) if found is not None else duplicate


class PhotoImport:
    """Reads one photo at a time in the pool that serves the door, and enrols each person in a transaction of
    their own: a run that was killed goes on where it stopped, as whoever has a face is left alone.
    """

    def __init__(self, run: Runner, pool: FacePool, rule: MatchRule) -> None:
        self._run, self._pool, self._rule = run, pool, rule

    async def plan(self, archive: PhotoArchive) -> PhotoPlan:
        """The dry run."""
        return await self._run(lambda uow: PhotoService(uow).plan(archive.files))

    async def enrol(self, archive: PhotoArchive, progress: Progress | None = None) -> Sequence[PhotoResult]:
        """A result for every file of the ZIP."""
        plan = await self.plan(archive)
        results = list(plan.settled)
        done = 0
        for one in plan.people:
            results += await self._person(archive, one)
            done += len(one.files)
            if progress is not None:
                progress(done, plan.photos)
        return by_name(results)

    async def _person(self, archive: PhotoArchive, photos: PhotosToEnrol) -> list[PhotoResult]:
        read = [(file, await self._read(archive, file)) for file in photos.files]
        faces = [face for _, face in read if isinstance(face, EnrolmentFace)]
        outcome = await self._enrol(photos.person.client_id, faces) if faces else PhotoOutcome.LEFT_OUT
        return [_result(file, photos.person, face, outcome) for file, face in read]

    async def _read(self, archive: PhotoArchive, file: ArchivedFile) -> EnrolmentFace | GymError:
        try:
            data = await asyncio.to_thread(archive.read, file)
            return await self._judged(data)
        except GymError as fault:
            return fault

    async def _judged(self, photo: bytes) -> EnrolmentFace:
        """Raises the photo's faults, and `Busy` when the door needs the pool for a whole minute."""
        for _ in range(PATIENCE):
            try:
                return await enrolment_face(self._pool, photo)
            except Busy:
                await asyncio.sleep(PAUSE_SECONDS)
        raise Busy

    async def _enrol(self, client_id: UUID, faces: Sequence[EnrolmentFace]) -> PhotoOutcome | GymError:
        try:
            new = await self._run(lambda uow: PhotoService(uow).enrol(client_id, faces, self._rule))
        except GymError as fault:
            return fault
        return PhotoOutcome.ENROLLED if new else PhotoOutcome.KNOWN


def _result(
    file: ArchivedFile, person: KnownFace, face: EnrolmentFace | GymError, outcome: PhotoOutcome | GymError
) -> PhotoResult:
    if isinstance(face, GymError):
        return PhotoResult(file.name, PhotoOutcome.LEFT_OUT, person.name, face)
    if isinstance(outcome, GymError):
        return PhotoResult(file.name, PhotoOutcome.LEFT_OUT, person.name, outcome)
    return PhotoResult(file.name, outcome, person.name)


def _planned(owners: PhotoOwners, files: Sequence[ArchivedFile]) -> PhotoPlan:
    by_person: dict[UUID, tuple[KnownFace, list[ArchivedFile]]] = {}
    settled: list[PhotoResult] = []
    for file in files:
        owner = _owner(owners, file.name)
        if isinstance(owner, GymError):
            settled.append(PhotoResult(file.name, PhotoOutcome.LEFT_OUT, "", owner))
        elif owner.enrolled:
            settled.append(PhotoResult(file.name, PhotoOutcome.KNOWN, owner.name))
        elif not owner.agreed:
            fault = PhotoWithoutConsent(owner.name)
            settled.append(PhotoResult(file.name, PhotoOutcome.LEFT_OUT, owner.name, fault))
        else:
            by_person.setdefault(owner.client_id, (owner, []))[1].append(file)
    for owner, own in by_person.values():
        for file in own[MOST_PHOTOS:]:
            fault = PhotoSurplus(MOST_PHOTOS)
            settled.append(PhotoResult(file.name, PhotoOutcome.LEFT_OUT, owner.name, fault))
    people = [PhotosToEnrol(owner, own[:MOST_PHOTOS]) for owner, own in by_person.values()]
    return PhotoPlan(people, settled)


def _owner(owners: PhotoOwners, path: str) -> KnownFace | GymError:
    """The likeliest number that is somebody's decides."""
    if is_hidden(path):
        return PhotoHidden()
    for number in numbers_in(path):
        found = owners.find(number)
        if len(found) == 1:
            return found[0]
        if found:
            return PhotoOwnerUnclear()
    return PhotoExpected() if is_other(path) else PhotoOwnerUnknown()
