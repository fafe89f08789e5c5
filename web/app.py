"""The web application: routes, middlewares and limits, over one `Gym`."""

from __future__ import annotations

from aiohttp import web

from gym.app import Gym
from web.api import auth, check_ins, faces, health, kiosks, thumbnails
from web.api import sign_ins as sessions
from web.api import staff as desk
from web.api.door_relay import doors, open_door
from web.api.health import READINESS, Readiness
from web.api.template_learning import learner
from web.http.authentication import counted
from web.http.keys import GYM, LIMITS, SECURE, Secure
from web.http.limits import Limits
from web.http.middlewares import cross_origin, errors, guard, request_id, unnamed
from web.openapi import pages as documents
from web.pages import kiosk_page as page
from web.pages import password_page as passwords
from web.tls import trust as https
from web.tls.renewal import renewal

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
