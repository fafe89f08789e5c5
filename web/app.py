"""The web application: routes, middlewares and limits, over one `Gym`."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gym.app import Gym
from web.api.background.door_relay import doors, open_door
from web.api.background.template_learning import learner
from web.api.health import READINESS, Readiness
from web.api.operations import API_DOCUMENT, ROUTES
from web.http.keys import GYM, SECURE, Secure
from web.http.limits.body_memory import BODIES, BodyMemory, held
from web.http.limits.counting import counted
from web.http.limits.rates import LIMITS, Limits
from web.http.middlewares import cross_origin, errors, guard, request_id, unnamed
from web.openapi import pages as document_pages
from web.openapi.pages import DOCUMENT
from web.pages import kiosk_page, one_time_page, passphrase_page, password_page
from web.tls import trust
from web.tls.renewal import renewal

BODY_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of a body, enforced while it is read: three frames and the turned ones of one check-in."""


def make_app(gym: Gym, limits: Limits | None = None) -> web.Application:
    """The whole application; `bot` serves the same one in its own process."""
    around = [request_id, errors, cross_origin, guard, open_door, counted, held]
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=around)
    app[GYM] = gym
    app[SECURE] = Secure()
    app[LIMITS] = limits or Limits.of(gym)
    app[BODIES] = BodyMemory()
    app[READINESS] = Readiness()
    app[DOCUMENT] = API_DOCUMENT
    app.on_response_prepare.append(unnamed)
    app.cleanup_ctx.append(doors)
    app.cleanup_ctx.append(learner)
    app.cleanup_ctx.append(renewal)
    for table in ROUTES:
        app.add_routes(table.definitions)
    # Pages are for people and are not in the OpenAPI document.
    linked = one_time_page.routes, password_page.routes, passphrase_page.routes
    for pages in (document_pages.page_routes, trust.routes, kiosk_page.routes, *linked):
        app.add_routes(pages)
    return app
