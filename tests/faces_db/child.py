"""Another process with a gallery of its own: it identifies the person of each seed it is given."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gym.app import open_gym
from gym.core.config import load_config
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.schemas import MatchRule, Probe
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Faces


async def main(home_folder: str, database_url: str) -> None:
    config = load_config(
        _env_file=None, powergym_home=Path(home_folder), database_url=database_url, auto_migrate=False
    )
    async with open_gym(config, faces=False) as gym:
        gallery = MemoryGallery(gym.secrets.data, MODEL)
        while seed := await asyncio.to_thread(sys.stdin.readline):
            probe = Probe(Faces(int(seed)).person(), MODEL)
            async with gym.unit_of_work(Actor.system()) as uow:
                known = await FaceRecognitionService(uow, gallery).identify(probe, MatchRule())
            sys.stdout.write(f"{known.outcome} {known.client_id} {gallery.snapshot.number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
