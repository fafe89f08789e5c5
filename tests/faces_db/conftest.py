"""People made of numbers: unit vectors that are alike as photos of one person are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.faces.models import DIMENSION, ConsentMethod
from gym.faces.schemas import Enrolment, EnrolmentFace, Identification, MatchRule, Probe, Vector
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk

MODEL = "test-model"


@dataclass
class Faces:
    """Draws people and photos of them; the same seed draws the same ones."""

    seed: int = 7

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def person(self) -> Vector:
        return unit(self.random.standard_normal(DIMENSION))

    def photo(self, person: Vector, likeness: float = 0.8) -> Vector:
        """A photo whose cosine to the person is exactly `likeness`."""
        other = self.random.standard_normal(DIMENSION)
        across = unit(other - (other @ person) * person)
        return unit(likeness * person + np.sqrt(1 - likeness**2) * across)

    def photos(self, person: Vector, count: int = 3, model: str = MODEL) -> list[EnrolmentFace]:
        return [enrolment_face(self.photo(person), model) for _ in range(count)]


def unit(vector: np.ndarray) -> Vector:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def enrolment_face(embedding: Vector, model: str = MODEL) -> EnrolmentFace:
    return EnrolmentFace(embedding, b"a crop", b"a thumbnail", model)


@dataclass(frozen=True)
class Enroller:
    """Does one thing per transaction."""

    gym: Gym
    actor: Actor

    async def consent(self, client: Client) -> None:
        async with self.gym.unit_of_work(self.actor) as uow:
            await FaceRecognitionService(uow).give_consent(client.id, ConsentMethod.PAPER)

    async def enrol(
        self, client: Client, photos: list[EnrolmentFace], *, allow_duplicate: bool = False
    ) -> Enrolment:
        async with self.gym.unit_of_work(self.actor) as uow:
            service = FaceRecognitionService(uow)
            return await service.enrol(client.id, photos, MatchRule(), allow_duplicate=allow_duplicate)

    async def identify(
        self, embedding: Vector, model: str = MODEL, rule: MatchRule | None = None
    ) -> Identification:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FaceRecognitionService(uow).identify(Probe(embedding, model), rule or MatchRule())


@pytest.fixture
def faces() -> Faces:
    return Faces()


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def staff(gym: Gym, employee: Actor) -> Enroller:
    return Enroller(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> Enroller:
    return Enroller(gym, admin)


@pytest.fixture
async def rosa(desk: DeskClerk, staff: Enroller) -> Client:
    client = await desk.client("Rosa")
    await staff.consent(client)
    return client


@pytest.fixture
async def eva(desk: DeskClerk, staff: Enroller) -> Client:
    client = await desk.client("Eva")
    await staff.consent(client)
    return client
