"""Probes and metrics: alive, ready, and the metrics of Prometheus."""

from __future__ import annotations

import asyncio
from functools import cache

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gym.app import Gym
from gym.core.database.engine import FAULTS, is_unavailable
from gym.core.database.migrations import current, head
from gym.core.errors import DatabaseUnavailable, NotFound
from gym.jobs.health import JobService, failing
from gym.security.permissions import Actor
from web.api.gauges import measure
from web.api.schemas.jobs import HealthAnswer
from web.http.addresses import client_address, is_from_here
from web.http.json import reply
from web.http.keys import BOT_READY, GYM
from web.openapi.declaration import Media, Operation
from web.openapi.fault_groups import ALWAYS
from web.openapi.routes import ApiRoutes

routes = ApiRoutes("Probes")
GOOD_FOR = 1.0
"""Seconds for which a finding is told to others too."""
OPTIONAL = frozenset({"bot", "jobs"})
"""Parts that the door does not need: Telegram and the jobs."""


class Readiness:
    """Findings of the last second, shared by all who ask.

    Asked in a loop, with a query each time, the probe made the door forty times as slow.
    """

    def __init__(self) -> None:
        self._look: asyncio.Task[dict[str, bool]] | None = None
        self._until = 0.0

    async def checks(self, gym: Gym) -> dict[str, bool]:
        """The findings; one look at a time, shared by all who wait for it."""
        loop = asyncio.get_running_loop()
        if self._look is None or (self._look.done() and loop.time() >= self._until):
            self._look, self._until = asyncio.create_task(_checks(gym)), loop.time() + GOOD_FOR
        return dict(await asyncio.shield(self._look))

    def forget(self) -> None:
        """Look anew when asked next."""
        self._look = None


READINESS: web.AppKey[Readiness] = web.AppKey("readiness", Readiness)


@routes.handles(
    Operation("get", "/healthz", "alive", "The process answers", {200: HealthAnswer}, faults=ALWAYS)
)
async def alive(_: web.Request) -> web.Response:
    """For a supervisor that restarts what hangs; nothing else is looked at."""
    return reply(HealthAnswer(status="ok"))


@routes.handles(
    Operation(
        "get",
        "/readyz",
        "ready",
        "Everything a visitor needs is there",
        {200: HealthAnswer, 503: HealthAnswer},
        faults=ALWAYS,
        description="503 otherwise, with what is missing. Neither Telegram nor the jobs make it so.",
    )
)
async def ready(request: web.Request) -> web.Response:
    """Everything a visitor needs is there; 503 otherwise, with what is missing."""
    checks = await request.app[READINESS].checks(request.app[GYM])
    bot_ready = request.app.get(BOT_READY)
    if bot_ready is not None:
        checks["bot"] = bot_ready()
    needed = all(well for name, well in checks.items() if name not in OPTIONAL)
    answer = HealthAnswer(status="ok" if needed else "not_ready", checks=checks)
    return reply(answer, status=200 if needed else 503)


async def _checks(gym: Gym) -> dict[str, bool]:
    checks = await _database(gym)
    checks["model"] = gym.face_pool is not None
    return checks | await _jobs(gym) if checks["database"] else checks


async def _database(gym: Gym) -> dict[str, bool]:
    try:
        # Not wait_for: in Python 3.11 it may swallow a cancellation.
        async with asyncio.timeout(2):
            revision = await current(gym.database)
    except FAULTS as error:
        if not is_unavailable(error):
            raise
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": revision == await asyncio.to_thread(newest)}


@cache
def newest() -> str | None:
    """The newest revision in the code, read once: the revisions are dozens of files."""
    return head()


async def _jobs(gym: Gym) -> dict[str, bool]:
    """Whether every job has run in time and well; the door does not need it."""
    try:
        async with gym.unit_of_work(Actor.system()) as uow:
            return {"jobs": not failing(await JobService(uow).states())}
    except DatabaseUnavailable:
        return {"jobs": False}


@routes.handles(
    Operation(
        "get",
        "/metrics",
        "metrics",
        "Prometheus' text, for this machine and the allow-list",
        {200: Media("text/plain", {"type": "string"})},
        faults=(*ALWAYS, NotFound),
        description="To others the address does not exist.",
    )
)
async def metrics(request: web.Request) -> web.Response:
    """Prometheus' text, for loopback and the allow-list; to others the address does not exist."""
    if not _may_read(request):
        raise NotFound
    await measure(request.app[GYM])
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _may_read(request: web.Request) -> bool:
    return is_from_here(request) or client_address(request) in request.app[GYM].config.metrics_allow
