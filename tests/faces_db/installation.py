"""A gym with a folder of keys of its own, and the operator's commands run on it as programs."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gym.app import Gym
from gym.clients.models import Client
from gym.faces.models import ConsentMethod
from gym.faces.schemas import EnrolmentFace
from gym.faces.service import FaceRecognitionService
from gym.security.cipher import Keyring
from gym.security.keys.secrets import load_secrets
from gym.security.permissions import Actor

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 120


@dataclass(frozen=True)
class Done:
    """How a program ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Installation:
    """Where its keys and its data lie."""

    gym: Gym
    home: Path
    database_url: str

    @property
    def keys(self) -> Keyring:
        """As `secrets.env` says now."""
        return load_secrets(self.home).data

    def environment(self, **more: str) -> dict[str, str]:
        own = {"POWERGYM_HOME": str(self.home), "DATABASE_URL": self.database_url, "AUTO_MIGRATE": "0"}
        return os.environ | own | more

    async def start(self, *command: str, **more: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *command,
            cwd=ROOT,
            env=self.environment(**more),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *command: str, **more: str) -> Done:
        process = await self.start("gym", *command, **more)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        return Done(process.returncode or 0, out.decode(), err.decode())

    async def enrol(self, client: Client, photos: list[EnrolmentFace]) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            service = FaceRecognitionService(uow)
            await service.give_consent(client.id, ConsentMethod.PAPER)
            await service.enrol(client.id, photos)
