"""`python -m gym seed`: a client with an active subscription and a face for each folder of photos."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import track

from gym.app import Gym, open_gym
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.config import Config
from gym.core.errors import GymError
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.models import ConsentMethod
from gym.faces.schemas import EnrolmentFace
from gym.faces.service import FaceRecognitionService
from gym.plans.models import DurationUnit, Plan
from gym.plans.schemas import PlanInput
from gym.plans.service import PlanService
from gym.security.permissions import Actor
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

PLAN_NAME = "Seed"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass
class SeedResult:
    """What is printed: client ids by folder, and the fault of every photo that was refused."""

    clients: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])


async def seed_faces(config: Config, folder: Path, per_client: int) -> int:
    """Print `{"clients": {folder: id}, "refused": {photo: code}}`."""
    people = paths_in(folder, Path.is_dir)
    done = SeedResult()
    async with open_gym(config) as gym:
        plan = await gym.run(Actor.system(), _plan)
        for person in track(people, description="Enrolling", console=Console(stderr=True)):
            await _seed_one(gym, plan, person, per_client, done)
    typer.echo(json.dumps({"clients": done.clients, "refused": done.refused}))
    return 0


def paths_in(folder: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    """What is wanted of a folder, by name."""
    return sorted(path for path in folder.iterdir() if wanted(path))


def is_photo(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


async def _plan(uow: UnitOfWork) -> Plan:
    """A free month, made once."""
    service = PlanService(uow)
    known = next((one.plan for one in await service.active() if one.plan.name == PLAN_NAME), None)
    if known is not None:
        return known
    month = PlanInput(
        name=PLAN_NAME,
        duration_unit=DurationUnit.MONTH,
        duration_count=1,
        price=Decimal(0),
        visits=None,
        freeze_days=0,
    )
    return await service.create(month)


async def _seed_one(gym: Gym, plan: Plan, folder: Path, per_client: int, done: SeedResult) -> None:
    photos = paths_in(folder, is_photo)[:per_client]
    faces = await read_faces(gym, photos, done)
    first, _, last = folder.name.replace("_", " ").partition(" ")

    async def work(uow: UnitOfWork) -> UUID:
        client = await ClientService(uow).register(ClientInput(first_name=first, last_name=last))
        await SubscriptionService(uow).sell(client.id, plan.id)
        return client.id

    client_id = await gym.run(Actor.system(), work)
    done.clients[folder.name] = str(client_id)
    if faces:
        await enrol_faces(gym, client_id, faces, photos[0], done)


async def read_faces(gym: Gym, photos: Sequence[Path], done: SeedResult) -> list[EnrolmentFace]:
    """The faces of the photos that are good enough."""

    async def one(photo: Path) -> EnrolmentFace | None:
        try:
            return await enrolment_face(gym.faces, await asyncio.to_thread(photo.read_bytes))
        except GymError as fault:
            done.refused[str(photo)] = fault.code
            return None

    found = await asyncio.gather(*(one(photo) for photo in photos))
    return [face for face in found if face is not None]


async def enrol_faces(
    gym: Gym, client_id: UUID, faces: Sequence[EnrolmentFace], photo: Path, done: SeedResult
) -> bool:
    """Whether the client has a face now, with consent on paper; what is refused is noted under its first
    photo.
    """

    async def work(uow: UnitOfWork) -> None:
        service = FaceRecognitionService(uow)
        await service.give_consent(client_id, ConsentMethod.PAPER)
        await service.enrol(client_id, faces, gym.match_rule)

    try:
        await gym.run(Actor.system(), work)
    except GymError as fault:
        done.refused[str(photo)] = fault.code
        return False
    return True
