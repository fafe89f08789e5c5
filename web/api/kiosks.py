"""Endpoints of the kiosk itself: pairing, its settings, and leaving its page."""

from __future__ import annotations

import asyncio

from aiohttp import web

from gym.core.language import LANGUAGES
from gym.kiosks.callers import caller_of
from gym.kiosks.errors import ExitPinWrong, PairingRefused
from gym.kiosks.service import KioskService, new_secret
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.security.tokens import InvalidToken, Scope
from web.api.schemas.kiosks import ExitRequest, KioskAnswer, PairAnswer, PairRequest
from web.http.addresses import client_address, neighbourhood
from web.http.authentication import acting, claims_of
from web.http.json import read_model, reply
from web.http.keys import GYM
from web.http.limits.rates import LIMITS, SecretGuess, TooManyRequests
from web.openapi.declaration import Link, Operation
from web.openapi.fault_groups import JSON, STORED, TOKEN
from web.openapi.routes import ApiRoutes

routes = ApiRoutes("Kiosks")


@routes.handles(
    Operation(
        "post",
        "/api/v1/kiosks/pair",
        "pair",
        "Swap a pairing code for a kiosk's credentials",
        {201: PairAnswer},
        body=PairRequest,
        faults=(*STORED, *JSON, PairingRefused, TooManyRequests),
        links=[
            Link(
                "signIn",
                "signIn",
                body={
                    "grant_type": "kiosk",
                    "kiosk_id": "$response.body#/kiosk_id",
                    "secret": "$response.body#/secret",
                },
            )
        ],
        description="The secret is shown once.",
    )
)
async def pair(request: web.Request) -> web.Response:
    """Swap a pairing code for credentials, shown once."""
    gym = request.app[GYM]
    body = await read_model(request, PairRequest)
    limits = request.app[LIMITS]
    guess = SecretGuess(limits, gym.clock.now(), limits.address.of(neighbourhood(client_address(request))))
    await guess.allow()
    async with gym.unit_of_work(Actor.system()) as uow:
        fits = await KioskService(uow).is_valid_code(body.code)
    if not fits:
        raise PairingRefused
    await guess.was_right()
    secret = new_secret()
    # Argon2 takes tens of milliseconds: outside of the transaction and of the event loop.
    secret_hash = await asyncio.to_thread(hash_secret, secret)
    async with gym.unit_of_work(Actor.system()) as uow:
        paired = await KioskService(uow).pair(body.code, body.name, secret_hash)
    return reply(PairAnswer(kiosk_id=paired.id, secret=secret), status=201)


@routes.handles(
    Operation(
        "get",
        "/api/v1/kiosk",
        "kiosk",
        "The gym as a kiosk needs to know it",
        {200: KioskAnswer},
        (Scope.KIOSK,),
        TOKEN,
    )
)
async def kiosk(request: web.Request) -> web.Response:
    """Its languages, what may be shown at it, and the server's time."""
    gym = request.app[GYM]
    claims = claims_of(request)
    async with gym.unit_of_work(Actor.system()) as uow:
        caller = await caller_of(uow, claims)
        if caller.kiosk is None:
            raise InvalidToken
        answer = KioskAnswer(
            gym_name=uow.settings.name,
            kiosk_name=caller.kiosk.name,
            languages=list(LANGUAGES),
            methods=["face", "qr", "document"],
            liveness=gym.config.face_liveness,
            challenge=gym.config.face_challenge,
            offline_policy=uow.settings.offline_policy.value,
            shows_sums=uow.settings.kiosk_shows_sums,
            currency=uow.settings.currency,
            timezone=uow.settings.timezone,
            exit_pin=caller.kiosk.exit_pin_hash is not None,
            server_time=uow.now,
        )
    return reply(answer)


@routes.handles(
    Operation(
        "post",
        "/api/v1/kiosk/exit",
        "leaveKiosk",
        "Whether a PIN lets somebody leave the kiosk page",
        {204: None},
        (Scope.KIOSK,),
        body=ExitRequest,
        faults=(*TOKEN, *JSON, ExitPinWrong),
    )
)
async def leave(request: web.Request) -> web.Response:
    """Whether the PIN lets somebody leave the page; without one set, anybody may."""
    gym, limits = request.app[GYM], request.app[LIMITS]
    claims = claims_of(request)
    body = await read_model(request, ExitRequest)
    guess = SecretGuess(limits, gym.clock.now(), limits.exit.of(claims.subject))
    await guess.allow()
    async with acting(request) as (uow, caller):
        may = await KioskService(uow).pin_allows_exit(caller.actor.id or claims.subject, body.pin)
    if not may:
        raise ExitPinWrong
    await guess.was_right()
    return web.Response(status=204)
