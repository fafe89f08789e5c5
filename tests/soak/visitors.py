"""Load on a running door: photos over HTTP to `python -m web`, and how much memory it holds."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import psutil

from gym.app import Gym
from gym.security.permissions import Actor, Role
from gym.security.sessions import Sessions, TokenSubject
from gym.security.tokens import Scope
from tests.bench.kiosk import Kiosks, signed_in
from tests.bench.programs import Program, program
from tests.conftest import hire
from web.api.auth import issuer_of

AT_ONCE = 4
STAFF = 16
"""A member of staff may ask 120 times a minute."""


@dataclass(frozen=True)
class Door:
    """A gym that runs in another process, and everybody who sends photos to it."""

    running: Program
    kiosks: Kiosks
    staff: Iterator[str]

    @property
    def memory(self) -> int:
        """Bytes that the process holds now."""
        return psutil.Process(self.running.pid).memory_info().rss

    async def check_in(self, photo: bytes) -> str:
        """The verdict's or the error's code, with the status before it."""
        answer = await self.kiosks.show(photo)
        return f"{answer.status} {answer.code}"

    async def check_in_as_text(self, photo: bytes) -> str:
        """The same as JSON."""
        body = {"image_base64": base64.b64encode(photo).decode()}
        return await self._ask("/api/v1/check-ins", next(self.kiosks.tokens), json=body)

    async def enrol(self, photo: bytes, client_id: UUID) -> str:
        fields = {"client_id": str(client_id)}
        return await self._send("/api/v1/faces/enrolments", [photo], **fields)

    async def compare(self, photo: bytes, other: bytes) -> str:
        return await self._send("/api/v1/faces/compare", [photo, other])

    async def _send(self, path: str, photos: Iterable[bytes], **fields: str) -> str:
        form = aiohttp.FormData(fields)
        for photo in photos:
            form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        return await self._ask(path, next(self.staff), data=form)

    async def _ask(self, path: str, token: str, **body: Any) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.kiosks.http.post(path, headers=headers, **body) as answer:
            said = await answer.json()
            return f"{answer.status} {said['error']['code'] if 'error' in said else 'done'}"


@asynccontextmanager
async def open_door(gym: Gym, log: Path) -> AsyncGenerator[Door]:
    """`python -m web` over the gym's database, with everybody signed in."""
    tokens = [await _sign_in(gym, number) for number in range(STAFF)]
    async with (
        program("web", gym.config, log, gym.database.url) as running,
        signed_in(gym, running.web_url) as kiosks,
    ):
        yield Door(running, kiosks, cycle(tokens))


async def _sign_in(gym: Gym, number: int) -> str:
    person = await hire(gym, f"Employee {number}", Role.EMPLOYEE)
    assert person.id is not None
    async with gym.unit_of_work(Actor.system()) as uow:
        subject = TokenSubject(person.id, Scope.EMPLOYEE, 0)
        return (await Sessions(uow.session, issuer_of(gym)).open(subject, uow.context.wall)).access


async def in_turn(visits: Iterable[Any]) -> Counter[str]:
    """Answers to visits (coroutines), a few at once; the next is made when one is answered."""
    answers: Counter[str] = Counter()
    waiting = iter(visits)

    async def queue() -> None:
        for visit in waiting:
            answers[await visit] += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(queue())
    return answers
