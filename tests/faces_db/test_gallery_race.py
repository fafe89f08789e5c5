"""Two doors never stop asking while people come, go and change: what was committed is known at once."""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, text, update

from gym.app import Gym
from gym.clients.models import Client
from gym.commands.keys import add_key
from gym.core.config import Config
from gym.faces.gallery.key_check import open_keys
from gym.faces.gallery.key_rotation import KeyRotation
from gym.faces.gallery.protection import protection_for
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.faces.schemas import Vector
from gym.security.keys.live_keys import LiveKeys
from gym.security.keys.secrets import load_secrets
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.faces_db.conftest import MODEL, Faces
from tests.faces_db.installation import PATIENCE, Installation
from tests.faces_db.racer import Answer, persons
from tests.support.memberships import DeskClerk

CLIENTS, CHANGES, DOORS, SEED = 6, 120, 2, 5
SYSTEM = Actor.system()


@dataclass
class Truth:
    """Who somebody is, as the database knew it from one moment on."""

    begun: list[float] = field(default_factory=list[float])
    acknowledged: list[float] = field(default_factory=list[float])
    client: list[str | None] = field(default_factory=list[str | None])

    def at(self, asked: float, answered: float) -> tuple[bool, str | None]:
        """Whether it was settled all the while, and who it was: nothing was on its way to be committed."""
        place = bisect_right(self.acknowledged, asked) - 1
        settled = place + 1 == len(self.begun) or self.begun[place + 1] > answered
        return settled, self.client[place]


@dataclass
class Club:
    """Clients of two faces each, of which they show one; every change is one transaction."""

    installation: Installation
    clients: list[Client]
    persons: list[Vector]
    truths: list[Truth] = field(default_factory=list[Truth])
    faces: Faces = field(default_factory=Faces)
    shows: dict[int, int | None] = field(default_factory=dict[int, "int | None"])
    active: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        self.shows = dict.fromkeys(range(len(self.clients)))
        self.active = set(self.shows)
        self.truths = [Truth([0.0], [0.0], [None]) for _ in self.persons]

    async def change(self, place: int, work: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        """Commit, and write down when it began, when it was acknowledged, and what is true afterwards."""
        begun = time.monotonic()
        async with self.installation.gym.unit_of_work(SYSTEM) as uow:
            await work(uow)
        acknowledged = time.monotonic()
        for person in (place, place + len(self.clients)):
            here = place in self.active and self.shows[place] == person
            truth = self.truths[person]
            truth.begun.append(begun)
            truth.acknowledged.append(acknowledged)
            truth.client.append(str(self.clients[place].id) if here else None)

    async def enrol(self, place: int, other: bool) -> None:
        """Anew, with this face or that one, in place of what was there."""
        person = place + other * len(self.clients)
        self.shows[place] = person

        async def work(uow: UnitOfWork) -> None:
            await self._forget(place, uow)
            keyring = uow.secrets.data
            uow.session.add_all(
                FaceTemplate(
                    client_id=self.clients[place].id,
                    model_id=MODEL,
                    key_id=keyring.first,
                    vector=protection_for(keyring, keyring.first).protect(photo),
                    origin=TemplateOrigin.ENROLMENT,
                    created_at=uow.now,
                )
                for photo in (self.faces.photo(self.persons[person]) for _ in range(3))
            )

        await self.change(place, work)

    async def erase(self, place: int) -> None:
        self.shows[place] = None
        await self.change(place, partial(self._forget, place))

    async def _forget(self, place: int, uow: UnitOfWork) -> None:
        mine = FaceTemplate.client_id == self.clients[place].id
        await uow.session.execute(delete(FaceTemplate).where(mine))

    async def set_active(self, place: int, active: bool) -> None:
        """By the ORM when they come back, in plain SQL when they go."""
        (self.active.add if active else self.active.discard)(place)

        async def work(uow: UnitOfWork) -> None:
            key = self.clients[place].id
            if active:
                await uow.session.execute(update(Client).where(Client.id == key).values(active=True))
            else:
                plain = text("UPDATE clients SET active = false WHERE id = :id")
                await uow.session.execute(plain, {"id": key})

        await self.change(place, work)

    async def move_to_the_first_key(self) -> None:
        """A few templates at a time; nobody comes or goes by it."""
        async with self.installation.gym.unit_of_work(SYSTEM) as uow:
            await KeyRotation(uow.session, uow.secrets.data).step(4)


@pytest.fixture
async def installation(gym: Gym, config: Config, database_url: str, tmp_path: Path) -> Installation:
    """Its keys follow `secrets.env`, as everybody's do."""
    secrets = load_secrets(tmp_path)
    await open_keys(gym.database, secrets.data, register=True)
    live = LiveKeys(secrets, tmp_path, partial(load_secrets, tmp_path))
    own = config.model_copy(update={"powergym_home": tmp_path})
    return Installation(replace(gym, config=own, secrets=secrets, live_keys=live), tmp_path, database_url)


@pytest.fixture
async def club(installation: Installation, desk: DeskClerk) -> Club:
    clients = [await desk.client(f"Member {number}") for number in range(CLIENTS)]
    return Club(installation, clients, persons(2 * CLIENTS))


@asynccontextmanager
async def door(installation: Installation) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await installation.start(
        "tests.faces_db.racer", str(installation.home), installation.database_url, str(2 * CLIENTS)
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b"racing\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.long
async def test_no_door_is_wrong_about_what_was_committed_before_it_was_asked(
    installation: Installation, club: Club
) -> None:
    draw = np.random.default_rng(SEED)
    async with AsyncExitStack() as stack:
        doors = [await stack.enter_async_context(door(installation)) for _ in range(DOORS)]
        for number in range(CHANGES):
            if number % (CHANGES // 3) == CHANGES // 6:
                await add_key(installation.gym)
            place = int(draw.integers(CLIENTS))
            match int(draw.integers(6)):
                case 0:
                    await club.erase(place)
                case 1:
                    await club.set_active(place, place not in club.active)
                case 2:
                    await club.move_to_the_first_key()
                case _:
                    await club.enrol(place, bool(draw.integers(2)))
        said = await asyncio.gather(*(one.communicate(b"stop\n") for one in doors))
    answers: list[Answer] = [
        tuple(one) for out, _ in said for one in json.loads(out.decode().splitlines()[-1])
    ]
    verdicts = Counter(_judged(club, answer) for answer in answers)
    assert verdicts["wrong"] == 0, verdicts
    assert verdicts["unknown"] > CHANGES
    assert verdicts["found"] > CHANGES / 2


def _judged(club: Club, answer: Answer) -> str:
    """Only what was settled from the question to the answer can be wrong."""
    asked, answered, person, client = answer
    settled, truth = club.truths[person].at(asked, answered)
    if not settled:
        return "under way"
    if client != truth:
        return "wrong"
    return "found" if truth else "unknown"
