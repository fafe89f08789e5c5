"""A kiosk as a client: paired, signed in, photo in, verdict out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from gym.app import Gym
from gym.core.ids import new_id
from gym.kiosks.service import KioskService, new_secret
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict's code, and how long to wait when the service was busy."""

    status: int
    code: str
    retry_after: float


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One signed-in device; any number of requests at once."""

    http: aiohttp.ClientSession

    async def shows(self, photo: bytes) -> Answer:
        """POST the photo as the kiosk page does, with a fresh idempotency key."""
        form = aiohttp.FormData()
        form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        headers = {"Idempotency-Key": str(new_id())}
        async with self.http.post("/api/v1/check-ins", data=form, headers=headers) as answer:
            body = await answer.json()
            retry = float(answer.headers.get("Retry-After", 0))
            code = body["code"] if answer.status == 201 else body["error"]["code"]
            return Answer(answer.status, code, retry)


@asynccontextmanager
async def signed_in(gym: Gym, url: str) -> AsyncGenerator[Kiosk]:
    """Pair a device in the database, sign in over HTTP."""
    secret = new_secret()
    hashed = hash_secret(secret)
    async with gym.unit_of_work(Actor.system()) as uow:
        service = KioskService(uow)
        issued = await service.new_code("Bench")
        row = await service.pair(issued.code, "Bench", hashed)
    connector = aiohttp.TCPConnector(limit=0)
    grant = {"grant_type": "kiosk", "kiosk_id": str(row.id), "secret": secret}
    async with aiohttp.ClientSession(url, connector=connector) as http:
        async with http.post("/api/v1/auth/token", json=grant) as answer:
            answer.raise_for_status()
            token = (await answer.json())["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Kiosk(http)
