"""Kiosks as clients: photo in, verdict out; so many devices that none meets its own rate limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

import aiohttp

from gym.app import Gym
from gym.core.database.ids import new_id
from gym.kiosks.service import KioskService, new_secret
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.security.sessions import Sessions, TokenSubject
from gym.security.tokens import Scope
from web.api.auth import issuer_of

DEVICES = 64
"""One device may show 90 faces a minute: the rate belongs to the camera, the benchmark to the service."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict's or the error's code, and how long to wait when the service was busy."""

    status: int
    code: str
    retry_after: float


@dataclass(frozen=True, slots=True)
class Kiosks:
    """Signed-in devices that take turns; any number of requests at once."""

    http: aiohttp.ClientSession
    tokens: Iterator[str]

    async def show(self, photo: bytes) -> Answer:
        """POST the photo as the kiosk page does, with a fresh idempotency key."""
        form = aiohttp.FormData()
        form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        headers = {"Idempotency-Key": str(new_id()), "Authorization": f"Bearer {next(self.tokens)}"}
        async with self.http.post("/api/v1/check-ins", data=form, headers=headers) as answer:
            body = await answer.json()
            retry = float(answer.headers.get("Retry-After", 0))
            code = body["code"] if answer.status == 201 else body["error"]["code"]
            return Answer(answer.status, code, retry)


@asynccontextmanager
async def signed_in(gym: Gym, url: str) -> AsyncGenerator[Kiosks]:
    """Devices paired and signed in straight in the database: signing in over HTTP is limited on purpose."""
    hashed = hash_secret(new_secret())
    tokens = [await _device(gym, f"Bench {place}", hashed) for place in range(DEVICES)]
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as http:
        yield Kiosks(http, cycle(tokens))


async def _device(gym: Gym, name: str, hashed: str) -> str:
    async with gym.unit_of_work(Actor.system()) as uow:
        service = KioskService(uow)
        issued = await service.new_code(name)
        row = await service.pair(issued.code, name, hashed)
        subject = TokenSubject(row.id, Scope.KIOSK, row.token_generation)
        return (await Sessions(uow.session, issuer_of(gym)).open(subject, uow.context.wall)).access
