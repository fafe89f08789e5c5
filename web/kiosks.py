"""The kiosk's own endpoints: pairing, and what it must know to work."""

from __future__ import annotations

import asyncio

from aiohttp import web

from gym.core.language import LANGUAGES
from gym.kiosks.service import KioskService, PairingRefused, new_secret
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.security.tokens import InvalidToken, Scope
from web.addresses import client_address
from web.auth import caller_of, claims_of
from web.bodies import read_model, reply
from web.keys import GYM, LIMITS
from web.schemas import KioskAnswer, PairAnswer, PairRequest

routes = web.RouteTableDef()


@routes.post("/api/v1/kiosks/pair")
async def pair(request: web.Request) -> web.Response:
    """Swap a pairing code for credentials, shown once."""
    gym = request.app[GYM]
    body = await read_model(request, PairRequest)
    wrong, address, now = request.app[LIMITS].addresses, client_address(request), gym.clock.now()
    wrong.require(address, now)
    async with gym.unit_of_work(Actor.system()) as uow:
        fits = await KioskService(uow).code_fits(body.code)
    if not fits:
        wrong.spend(address, now)
        raise PairingRefused
    secret = new_secret()
    # Argon2 takes tens of milliseconds: outside of the transaction and of the event loop.
    secret_hash = await asyncio.to_thread(hash_secret, secret)
    async with gym.unit_of_work(Actor.system()) as uow:
        paired = await KioskService(uow).pair(body.code, body.name, secret_hash)
    return reply(PairAnswer(kiosk_id=paired.id, secret=secret), status=201)


@routes.get("/api/v1/kiosk")
async def kiosk(request: web.Request) -> web.Response:
    """The gym as a kiosk needs to know it."""
    gym = request.app[GYM]
    claims = claims_of(request, Scope.KIOSK)
    async with gym.unit_of_work(Actor.system()) as uow:
        caller = await caller_of(uow, claims)
        if caller.kiosk is None:
            raise InvalidToken
        answer = KioskAnswer(
            gym_name=uow.settings.name,
            kiosk_name=caller.kiosk.name,
            languages=list(LANGUAGES),
            methods=["face", "qr", "document"],
            liveness="off",
            offline_policy=uow.settings.offline_policy.value,
            currency=uow.settings.currency,
            timezone=uow.settings.timezone,
            server_time=uow.now,
        )
    return reply(answer)
