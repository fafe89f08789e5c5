"""What becomes of each photo of a ZIP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from gym.core.errors import GymError
from gym.core.language import N_
from gym.importing.photos.archive import ArchivedFile


class PhotoOutcome(StrEnum):
    """What becomes of a photo."""

    READY = "ready"
    """Of a dry run: its person is known and has agreed; whether it is good is seen when it is read."""
    ENROLLED = "enrolled"
    KNOWN = "known"
    """The person has a face already, which stays."""
    LEFT_OUT = "left_out"


PHOTO_OUTCOMES: Final[Mapping[PhotoOutcome, str]] = {
    PhotoOutcome.READY: N_("would be read"),
    PhotoOutcome.ENROLLED: N_("enrolled"),
    PhotoOutcome.KNOWN: N_("has a face already"),
    PhotoOutcome.LEFT_OUT: N_("left out"),
}
"""One word for each photo, on a screen and in a sheet."""


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """One file of the ZIP; `fault` says why it was left out."""

    file: str
    outcome: PhotoOutcome
    client: str = ""
    fault: GymError | None = None


@dataclass(frozen=True, slots=True)
class KnownFace:
    """A client as far as photos are concerned."""

    client_id: UUID
    name: str
    agreed: bool
    """To the consent text in force."""
    enrolled: bool


@dataclass(frozen=True, slots=True)
class PhotosToEnrol:
    """Photos of one person who may be enrolled, in the order of their names."""

    person: KnownFace
    files: Sequence[ArchivedFile]


@dataclass(frozen=True, slots=True)
class PhotoPlan:
    """A ZIP beside the gym: whose faces can be read, and what is settled without reading."""

    people: Sequence[PhotosToEnrol]
    settled: Sequence[PhotoResult]

    @property
    def photos(self) -> int:
        return sum(len(one.files) for one in self.people)

    @property
    def results(self) -> Sequence[PhotoResult]:
        """Of a dry run."""
        ready = [
            PhotoResult(file.name, PhotoOutcome.READY, one.person.name)
            for one in self.people
            for file in one.files
        ]
        return by_name([*ready, *self.settled])


def by_name(results: Sequence[PhotoResult]) -> list[PhotoResult]:
    return sorted(results, key=lambda one: one.file)


def count(results: Sequence[PhotoResult], outcome: PhotoOutcome) -> int:
    return sum(one.outcome is outcome for one in results)
