"""The web application: routes, middlewares and limits, over one `Gym`."""

from __future__ import annotations

from aiohttp import web

from gym.app import Gym
from web import (
    auth,
    check_ins,
    desk,
    documents,
    faces,
    health,
    https,
    kiosks,
    page,
    passwords,
    sessions,
    thumbnails,
)
from web.callers import counted
from web.doors import doors, open_door
from web.health import READINESS, Readiness
from web.keys import GYM, LIMITS, SECURE, Secure
from web.learning import learner
from web.limits import Limits
from web.middlewares import cross_origin, errors, guard, request_id, unnamed
from web.renewal import renewal

BODY_LIMIT = 16 * 1024 * 1024


def make_app(gym: Gym, limits: Limits | None = None) -> web.Application:
    """Everything the kiosk talks to; `bot` may mount the same application in its own process."""
    around = [request_id, errors, cross_origin, guard, open_door, counted]
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=around)
    app[GYM] = gym
    app[SECURE] = Secure()
    app[LIMITS] = limits or Limits.of(gym)
    app[READINESS] = Readiness()
    app.on_response_prepare.append(unnamed)
    app.cleanup_ctx.append(doors)
    app.cleanup_ctx.append(learner)
    app.cleanup_ctx.append(renewal)
    rooms = (
        health,
        auth,
        sessions,
        kiosks,
        check_ins,
        desk,
        faces,
        thumbnails,
        documents,
        https,
        page,
        passwords,
    )
    for room in rooms:
        app.add_routes(room.routes)
    return app
