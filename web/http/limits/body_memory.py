"""Memory of request bodies: how many bytes one caller and all together may have under way at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from gym.core.errors import Busy
from gym.security.tokens import Claims
from web.http.addresses import client_address, neighbourhood
from web.http.authentication import CLAIMS

MEGABYTE: Final = 1024 * 1024
EACH: Final = 64 * MEGABYTE
"""Of one caller: two hundred photos of 300 kB at once, or four bodies of the largest size. By stopping before
the last byte, a token that was stolen, or revoked an hour ago, had 256 bodies of 16 MB held: 4 GB."""
ALL: Final = 192 * MEGABYTE
COME_BACK: Final = 5
"""Seconds after which a body that had no room is sent again."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class BodyMemory:
    """Bytes that are held now, by caller."""

    each: int = EACH
    all: int = ALL
    held: Counter[str] = field(default_factory=Counter[str])
    total: int = 0


@dataclass(slots=True)
class HeldBody:
    """What one request holds of it, until it is answered."""

    memory: BodyMemory
    caller: str
    count: int = 0

    def take(self, count: int) -> None:
        """Count a chunk that has come. Raises `Busy` when there is no room for it."""
        memory = self.memory
        if memory.held[self.caller] + count > memory.each or memory.total + count > memory.all:
            raise Busy(COME_BACK)
        memory.held[self.caller] += count
        memory.total += count
        self.count += count

    def release(self) -> None:
        """Give all of it back."""
        self.memory.total -= self.count
        self.memory.held[self.caller] -= self.count
        if not self.memory.held[self.caller]:
            del self.memory.held[self.caller]
        self.count = 0


BODIES: web.AppKey[BodyMemory] = web.AppKey("bodies", BodyMemory)
HELD: web.RequestKey[HeldBody] = web.RequestKey("held_body", HeldBody)


@web.middleware
async def held(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Hold what is read of a request's body until its answer is made."""
    mine = request[HELD] = HeldBody(request.app[BODIES], _caller(request))
    try:
        return await handler(request)
    finally:
        mine.release()


def _caller(request: web.Request) -> str:
    """Whom the token names, else where the request comes from."""
    claims = request[CLAIMS]
    return str(claims.subject) if isinstance(claims, Claims) else neighbourhood(client_address(request))
