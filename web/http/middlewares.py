"""Middlewares of every request: its id, its language, security headers, and errors in one shape."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Final

import structlog
from aiohttp import web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge

from gym.core.database.engine import is_retryable, is_unavailable
from gym.core.database.ids import new_id
from gym.core.errors import Busy, DatabaseUnavailable, GymError
from gym.core.language import Translator
from web.http.addresses import is_secure, require_https
from web.http.errors import PublicError, error_response, language_of
from web.http.faults import HEADERS, INTERNAL, public_error
from web.http.keys import GYM, REQUEST_ID, SECURE

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GIVEN_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
EXPOSED: Final = "X-Request-ID, Retry-After, Idempotent-Replay"
KEPT_TO: Final = f"max-age={365 * 86400}"
"""Strict-Transport-Security: browsers come back by HTTPS for a year."""


@web.middleware
async def request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the request, in the logs and in the answer."""
    given = request.headers.get("X-Request-ID", "")
    key = given if GIVEN_ID.fullmatch(given) else new_id().hex
    request[REQUEST_ID] = key
    with structlog.contextvars.bound_contextvars(request_id=key):
        response = await handler(request)
    if not response.prepared:
        response.headers["X-Request-ID"] = key
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_kept_to_https(request):
            response.headers.setdefault("Strict-Transport-Security", KEPT_TO)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
    return response


def is_kept_to_https(request: web.Request) -> bool:
    """Whether browsers are told to keep to HTTPS.

    Not where the gym's own certificate is served beside a plain port: a browser would use HTTPS at that port
    too, and find nothing.
    """
    return request.app[SECURE].port is None and is_secure(request, request.app[GYM].config)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse plain HTTP under REQUIRE_HTTPS and a body that is declared too large, before anything is
    read."""
    require_https(request)
    if (request.content_length or 0) > request.client_max_size:
        raise HTTPRequestEntityTooLarge(request.client_max_size)
    return await handler(request)


@web.middleware
async def cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer pages of other origins only from the allow-list, which is empty by default."""
    origin = request.headers.get("Origin", "")
    if origin not in request.app[GYM].config.allowed_origins:
        return await handler(request)
    preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    response = web.Response(status=204) if preflight else await handler(request)
    if not response.prepared:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        response.headers["Vary"] = "Origin"
        if preflight:
            response.headers.update(PREFLIGHT)
    return response


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost edge: every fault leaves in one shape, and its reason stays in the log."""
    try:
        return await handler(request)
    except GymError as error:
        return await _answer(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = await _answer(request, _public(error))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception as error:
        if is_unavailable(error):
            return await _answer(request, DatabaseUnavailable())
        if is_retryable(error):  # nothing was written: the same request may be sent again
            return await _answer(request, Busy())
        log.exception("request_failed", method=request.method, path=request.path)
        return await _answer(request, PublicError("internal", 500, INTERNAL))


async def translator_of(request: web.Request, error: GymError) -> Translator:
    """A translator into the caller's language with the gym's money and time, where the sentence needs
    them."""
    language, gym = language_of(request), request.app[GYM]
    if any(isinstance(value, Decimal | datetime) for value in error.context.values()):
        with suppress(DatabaseUnavailable):
            return (await gym.settings()).translator(language)
    return Translator(language, currency=gym.config.gym_currency, timezone=gym.config.gym_timezone)


async def _answer(request: web.Request, error: GymError) -> web.Response:
    return error_response(error, request[REQUEST_ID], await translator_of(request, error))


def _public(error: web.HTTPException) -> PublicError:
    return public_error(413 if isinstance(error, HTTPRequestEntityTooLarge) else error.status)


async def unnamed(_: web.Request, response: web.StreamResponse) -> None:
    """Remove the server's name and version, which aiohttp adds after all middlewares."""
    response.headers.pop("Server", None)
