"""Another process that searches both galleries again and again, until it is told to stop."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gym.app import Gym, open_gym
from gym.core.config import load_config
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.schemas import MatchRule, Probe
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Faces


async def main(home_folder: str, database_url: str, people: str) -> None:
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    faces = Faces(41)
    persons = [faces.person() for _ in range(int(people))]
    async with open_gym(config, faces=False) as gym:
        memory = MemoryGallery(gym.secrets.data, MODEL)
        stop = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        asked, missed = 0, 0
        while not stop.done():
            probe = Probe(persons[asked % len(persons)], MODEL)
            for gallery in (None, memory):
                missed += not await _knows(gym, gallery, probe)
            asked += 1
            if asked == 1:
                sys.stdout.write("watching\n")
                sys.stdout.flush()
        sys.stdout.write(f"{asked} {missed} {gym.secrets.data.first}\n")


async def _knows(gym: Gym, gallery: MemoryGallery | None, probe: Probe) -> bool:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await FaceRecognitionService(uow, gallery).identify(probe, MatchRule())
    return found.client_id is not None


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
