"""Another process that identifies faces without pause, and prints when each search began."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import count
from pathlib import Path

from gym.app import Gym, open_gym
from gym.core.config import load_config
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.schemas import MatchRule, Probe, Vector
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Faces

AT_ONCE = 3
SEED = 47
Answer = tuple[float, float, int, str | None]


def persons(number: int) -> list[Vector]:
    """The same ones in every process."""
    faces = Faces(SEED)
    return [faces.person() for _ in range(number)]


async def main(home_folder: str, database_url: str, number: str) -> None:
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    answers: list[Answer] = []
    async with open_gym(config, faces=False) as gym:
        memory = MemoryGallery(gym.secrets.data, MODEL)
        stop = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        probes = [Probe(one, MODEL) for one in persons(int(number))]
        turns = count()
        await _ask(gym, memory, probes, next(turns), answers)
        sys.stdout.write("racing\n")
        sys.stdout.flush()

        async def race() -> None:
            while not stop.done():
                await _ask(gym, memory, probes, next(turns), answers)

        await asyncio.gather(*(race() for _ in range(AT_ONCE)))
    sys.stdout.write(json.dumps(answers) + "\n")


async def _ask(
    gym: Gym, memory: MemoryGallery, probes: list[Probe], turn: int, answers: list[Answer]
) -> None:
    person = turn % len(probes)
    asked = time.monotonic()
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await FaceRecognitionService(uow, memory).identify(probes[person], MatchRule())
    client = str(found.client_id) if found.client_id else None
    answers.append((asked, time.monotonic(), person, client))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
