"""Alive, ready, and what Prometheus reads."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gym.app import Gym
from gym.core.database import FAULTS, is_unavailable
from gym.core.errors import NotFound
from gym.core.migrate import current, head
from web.addresses import client_address, is_from_here
from web.bodies import reply
from web.keys import BOT_READY, GYM
from web.schemas import HealthAnswer

routes = web.RouteTableDef()


@routes.get("/healthz")
async def alive(_: web.Request) -> web.Response:
    """The process answers."""
    return reply(HealthAnswer(status="ok"))


@routes.get("/readyz")
async def ready(request: web.Request) -> web.Response:
    """Everything a visitor needs is there; 503 otherwise, with what is missing."""
    gym = request.app[GYM]
    checks = await _database(gym)
    checks["model"] = gym.face_pool is not None
    bot_ready = request.app.get(BOT_READY)
    if bot_ready is not None:
        checks["bot"] = bot_ready()
    needed = all(
        well for name, well in checks.items() if name != "bot"
    )  # the door does not wait for Telegram
    answer = HealthAnswer(status="ok" if needed else "not_ready", checks=checks)
    return reply(answer, status=200 if needed else 503)


async def _database(gym: Gym) -> dict[str, bool]:
    try:
        revision = await asyncio.wait_for(current(gym.database), 2)
    except FAULTS as error:
        if not is_unavailable(error):
            raise
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": revision == head()}


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Prometheus' text, for loopback and the allow-list; to others the address does not exist."""
    if not _may_read(request):
        raise NotFound
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _may_read(request: web.Request) -> bool:
    return is_from_here(request) or client_address(request) in request.app[GYM].config.metrics_allow
