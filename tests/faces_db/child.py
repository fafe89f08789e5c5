"""Another process with a gallery of its own: it identifies the person of each seed it is given, or says with
`held` how many templates lie in its memory. Given a number of seconds it refreshes itself that often."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from gym.app import Gym, open_gym
from gym.core.config import load_config
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.gallery.refreshing import kept_fresh
from gym.faces.schemas import MatchRule, Probe
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Faces


async def main(home_folder: str, database_url: str, every: str = "3600") -> None:
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    async with open_gym(config, faces=False) as gym:
        gallery = MemoryGallery(gym.secrets.data, MODEL)
        async with kept_fresh(gallery, partial(gym.unit_of_work, Actor.system()), float(every)):
            await _answer(gym, gallery)


async def _answer(gym: Gym, gallery: MemoryGallery) -> None:
    while seed := await asyncio.to_thread(sys.stdin.readline):
        if seed.strip() == "held":
            blocks = [block for group in gallery.snapshot.groups.values() for block in group.blocks]
            sys.stdout.write(f"{sum(len(block.owners) for block in blocks)}\n")
        else:
            probe = Probe(Faces(int(seed)).person(), MODEL)
            async with gym.unit_of_work(Actor.system()) as uow:
                known = await FaceRecognitionService(uow, gallery).identify(probe, MatchRule())
            sys.stdout.write(f"{known.outcome} {known.client_id} {gallery.snapshot.number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
