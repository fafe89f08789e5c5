"""The door relay of a kiosk: its address is called when somebody was let in, after the answer was made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from gym.app import Gym
from gym.attendance.checkin.flow.request_flow import JudgedCheckIn
from gym.core.errors import DatabaseUnavailable
from gym.kiosks.models import Kiosk
from gym.kiosks.service import KioskService
from gym.security.permissions import Actor
from web.http.keys import GYM
from web.http.limits.counting import JUDGED
from web.http.limits.rates import OFFLINE_AFTER

log = structlog.get_logger()
TIMEOUT: Final = ClientTimeout(total=2)
"""A relay on the local network answers in milliseconds, and the person waits at the door."""
TRIES: Final = 2
"""One retry; then the failure is told to the desk."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class DoorRelays:
    """Calls relays; calls under way are finished before the server stops."""

    def __init__(self, gym: Gym, session: ClientSession) -> None:
        self.gym = gym
        self._session = session
        self._calls: set[asyncio.Task[None]] = set()

    def open(self, kiosk: Kiosk, address: str) -> None:
        """Begin a call; nobody waits for it."""
        call = asyncio.create_task(self._open(kiosk, address), name="door")
        self._calls.add(call)
        call.add_done_callback(self._ended)

    async def settled(self) -> None:
        """Wait until every call has ended."""
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _ended(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        fault = None if call.cancelled() else call.exception()
        if fault is not None:
            log.error("task_failed", task=call.get_name(), exc_info=fault)

    async def _open(self, kiosk: Kiosk, address: str) -> None:
        for _ in range(TRIES):
            if await self._call(address):
                return
        log.warning("door_failed", kiosk=str(kiosk.id))
        try:
            async with self.gym.unit_of_work(Actor.system()) as uow:
                KioskService(uow).tell_door_failed(kiosk)
        except DatabaseUnavailable:
            log.warning("door_failure_not_told", kiosk=str(kiosk.id))

    async def _call(self, address: str) -> bool:
        """Call the address that an admin wrote. Redirects are not followed: they could lead to any other."""
        try:
            async with self._session.get(address, timeout=TIMEOUT, allow_redirects=False) as answer:
                return answer.status < 300
        except (ClientError, TimeoutError, OSError, ValueError):
            return False


DOORS: web.AppKey[DoorRelays] = web.AppKey("doors", DoorRelays)


async def doors(app: web.Application) -> AsyncGenerator[None]:
    """The relays while the server is open."""
    async with ClientSession() as session:
        app[DOORS] = DoorRelays(app[GYM], session)
        yield
        await app[DOORS].settled()


@web.middleware
async def open_door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Call the relay after the answer was made, so that the door opens without the answer waiting for it.

    Only for somebody who is let in now: a stored answer and the replay of an offline queue open nothing.
    """
    response = await handler(request)
    judged = request.get(JUDGED)
    if judged is not None and _opens(judged) and judged.kiosk is not None and judged.kiosk.door_address:
        request.app[DOORS].open(judged.kiosk, judged.kiosk.door_address)
    return response


def _opens(judged: JudgedCheckIn) -> bool:
    """Whether the person was let in within the last minute and so still stands there."""
    return judged.verdict.admitted and judged.now - judged.verdict.at <= OFFLINE_AFTER
