"""People under measurement: enrolled members, and synthetic templates around them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from gym.app import Gym
from gym.clients.models import Client
from gym.core.database.ids import new_id
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.gallery.protection import protection_for
from gym.faces.models import DIMENSION, ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.plans.models import DurationUnit, Plan
from gym.plans.schemas import PlanInput
from gym.plans.service import PlanService
from gym.security.permissions import Actor
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.bench.photos import Sitter

Vectors = NDArray[np.float32]
BATCH = 1000
SEED = 20261123
NEW_CLIENTS = """
INSERT INTO clients (id, first_name, last_name, language, active, created_at, updated_at)
SELECT id, 'Synthetic', 'Client', 'en', true, now(), now() FROM unnest($1::uuid[]) AS id
"""
NEW_TEMPLATES = """
INSERT INTO face_templates (id, client_id, model_id, key_id, vector, origin, created_at)
SELECT one.id, one.client, $4, $5, one.vector::halfvec(512), 'enrolment', now()
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS one (id, client, vector)
"""


async def free_plan(gym: Gym) -> UUID:
    """A month for nothing, so that everybody is let in."""

    async def work(uow: UnitOfWork) -> Plan:
        month = PlanInput(name="Bench", duration_unit=DurationUnit.MONTH, duration_count=1, price=Decimal(0))
        return await PlanService(uow).create(month)

    return (await gym.run(Actor.system(), work)).id


async def member(gym: Gym, plan: UUID, name: str, telegram_id: int | None = None) -> UUID:
    """A client with an active subscription."""

    async def work(uow: UnitOfWork) -> UUID:
        row = Client(
            first_name=name,
            last_name="Bench",
            telegram_id=telegram_id,
            language="en",
            created_at=uow.now,
            updated_at=uow.now,
        )
        uow.session.add(row)
        await uow.session.flush()
        await SubscriptionService(uow).sell(row.id, plan)
        return row.id

    return await gym.run(Actor.system(), work)


async def enrol(gym: Gym, client_id: UUID, sitter: Sitter) -> None:
    """The same way as an operator seeds: consent on paper, one photo."""
    face = await enrolment_face(gym.faces, sitter.camera)

    async def work(uow: UnitOfWork) -> None:
        service = FaceRecognitionService(uow)
        await service.give_consent(client_id, ConsentMethod.PAPER)
        await service.enrol(client_id, [face], gym.match_rule)

    await gym.run(Actor.system(), work)


def crowd(count: int) -> Vectors:
    """Random unit vectors (count × 512), the same in every run."""
    vectors = np.random.default_rng(SEED).standard_normal((count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


async def fill(gym: Gym, vectors: Vectors) -> list[UUID]:
    """A client without a subscription for each vector, protected as a real one; statistics are fresh."""
    clients: list[UUID] = []
    for start in range(0, len(vectors), BATCH):
        clients += await _fill_batch(gym, vectors[start : start + BATCH])
    async with gym.database.direct() as connection:
        await connection.execute("VACUUM (ANALYZE) face_templates")
        await connection.execute("VACUUM (ANALYZE) clients")
    return clients


async def _fill_batch(gym: Gym, vectors: Vectors) -> list[UUID]:
    keyring = gym.secrets.data
    protection = protection_for(keyring, keyring.first)
    clients = [new_id() for _ in vectors]
    texts = [as_text(protection.protect(vector)) for vector in vectors]
    async with gym.database.direct() as connection, connection.transaction():
        await connection.execute(NEW_CLIENTS, clients)
        ids = [new_id() for _ in vectors]
        await connection.execute(NEW_TEMPLATES, ids, clients, texts, gym.faces.model_id, keyring.first)
    return clients


def as_text(vector: Vectors) -> str:
    """pgvector's text form; five digits are more than a half-precision number holds."""
    return "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"
