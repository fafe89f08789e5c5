"""Value types of recognition: probe, match rule, candidates, identification, enrolment, consent state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, Protocol, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from gym.faces.models import DIMENSION, ConsentMethod
from gym.faces.refusals import FramesDisagree
from gym.faces.thresholds import ARCFACE, CosineScale, scale_of

Vector = NDArray[np.float32]
"""512 numbers; a unit vector unless it says otherwise."""

MARGIN = 0.05
"""Lead over the next client: with it, of 405 probes among 150 people of LFW none was taken for another."""
UNCERTAIN_BELOW = 0.06
"""How far below the threshold another frame may still decide."""


class HasEmbedding(Protocol):
    """A face that was read: all that a probe needs of it."""

    @property
    def embedding(self) -> Vector: ...


@dataclass(frozen=True, slots=True)
class Probe:
    """A face somebody asks about: a 512-d unit vector and the model that made it. Never stored as it is."""

    embedding: Vector = field(repr=False)
    model_id: str

    def __post_init__(self) -> None:
        if self.embedding.shape != (DIMENSION,):
            raise ValueError(f"an embedding has {DIMENSION} numbers")

    @classmethod
    def of(cls, face: HasEmbedding, model_id: str) -> Self:
        return cls(face.embedding, model_id)

    @classmethod
    def fused(cls, faces: Sequence[HasEmbedding], model_id: str) -> Self:
        """Frames of one moment as one probe. Raises `FramesDisagree` unless all show one person."""
        stack = np.stack([face.embedding for face in faces])
        if float((stack @ stack.T).min()) < scale_of(model_id).one_moment:
            raise FramesDisagree
        return cls.between([face.embedding for face in faces], model_id)

    @classmethod
    def between(cls, embeddings: Sequence[Vector], model_id: str) -> Self:
        """The direction in the middle of several embeddings of one person."""
        middle = np.mean(np.stack(embeddings), axis=0)
        return cls((middle / np.linalg.norm(middle)).astype(np.float32), model_id)


@dataclass(frozen=True, slots=True)
class EnrolmentFace:
    """One accepted enrolment photo: its embedding and the two pictures that are kept (plain JPEG)."""

    embedding: Vector = field(repr=False)
    crop: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)
    model_id: str
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class MatchRule:
    """When a face counts as a client's; built from the environment's FACE_THRESHOLD and FACE_MARGIN.

    One meaning everywhere: cosine similarity of unit vectors, higher is more alike.
    """

    threshold: Literal["auto"] | float = "auto"
    margin: float = MARGIN
    uncertain_below: float = UNCERTAIN_BELOW
    scale: CosineScale = ARCFACE
    """What `auto` means with the model that made the vectors."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best client, the best score of any other client, and how many people are enrolled."""

    client_id: UUID | None
    score: float
    runner_up: float
    people: int


NOBODY: Final = Candidates(None, -1.0, -1.0, 0)


def merge(one: Candidates, other: Candidates) -> Candidates:
    """The best of two keys' galleries; a client may have templates in both while keys are rotated."""
    best, rest = (one, other) if one.score >= other.score else (other, one)
    rival = rest.runner_up if rest.client_id == best.client_id else rest.score
    people = max(one.people, other.people)
    return Candidates(best.client_id, best.score, max(best.runner_up, rival), people)


class MatchOutcome(StrEnum):
    FOUND = "found"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identification:
    """Who it is. The client is named only when found; scores stay inside."""

    outcome: MatchOutcome
    client_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an enrolment has left in the gallery."""

    client_id: UUID
    templates: int
    replaced: int


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The consent in force."""

    version: int
    method: ConsentMethod
    given_at: datetime
    current: bool
    """False when the text has changed since: a new enrolment asks again."""
    asked: bool = True
    """False while the client has not yet been asked about the text in force."""


@dataclass(frozen=True, slots=True)
class FaceState:
    """What the gym keeps of a client's face."""

    consent: ConsentState | None
    templates: int

    @property
    def enrolled(self) -> bool:
        return self.templates > 0
