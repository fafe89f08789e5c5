"""Who calls: sign-in, swapping and revoking tokens, and the caller behind a token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field, TypeAdapter
from sqlalchemy import select

from gym.app import Gym
from gym.core.errors import Forbidden
from gym.core.language import N_
from gym.kiosks.models import Kiosk
from gym.security.passwords import verify_secret
from gym.security.permissions import Actor, Role
from gym.security.sessions import Sessions, Subject, TokenPair
from gym.security.tokens import Claims, InvalidToken, Scope, TokenIssuer, TokenType
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork
from web.addresses import client_address
from web.bodies import read_json, read_model, reply, validate
from web.keys import GYM, LIMITS
from web.limits import Limits
from web.schemas import KioskGrant, PasswordGrant, RefreshRequest, TokenAnswer

routes = web.RouteTableDef()
GRANT: TypeAdapter[KioskGrant | PasswordGrant] = TypeAdapter(
    Annotated[KioskGrant | PasswordGrant, Field(discriminator="grant_type")]
)
SEEN_EVERY = timedelta(minutes=1)


class WrongCredentials(InvalidToken):
    """Which half was wrong is not said."""

    code = "wrong_credentials"
    message = N_("That sign-in is wrong. Check it, or pair this kiosk again.")


class WrongScope(Forbidden):
    """A good token that does not reach this far."""

    code = "wrong_scope"
    message = N_("This sign-in may not do that.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a token speaks for, and what it allows."""

    actor: Actor
    scope: Scope
    kiosk: Kiosk | None = None

    @property
    def kiosk_id(self) -> UUID | None:
        return self.kiosk.id if self.kiosk else None


@dataclass(frozen=True, slots=True)
class Guess:
    """One try to sign in, counted by address and by name before it is judged, so that many at once are
    as many tries; given back when it was right."""

    limits: Limits
    address: str
    name: str
    now: datetime

    def allow(self) -> None:
        """Raises `TooManyRequests`."""
        self.limits.addresses.require(self.address, self.now)
        self.limits.names.take(self.name, self.now)
        self.limits.addresses.take(self.address, self.now)

    def was_right(self) -> None:
        self.limits.names.forget(self.name)
        self.limits.addresses.give_back(self.address, self.now)


def issuer_of(gym: Gym) -> TokenIssuer:
    """The gym's token issuer."""
    config = gym.config
    hours, minutes = config.refresh_token_hours, config.access_token_minutes
    return TokenIssuer(gym.secrets.jwt, timedelta(minutes=minutes), timedelta(hours=hours))


def claims_of(request: web.Request, *scopes: Scope) -> Claims:
    """The verified claims of the bearer token, before the database is asked.

    Raises `InvalidToken`, `ExpiredToken` and `WrongScope`.
    """
    gym = request.app[GYM]
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise InvalidToken
    claims = issuer_of(gym).read(token.strip(), TokenType.ACCESS, gym.clock.now())
    if claims.scope not in scopes:
        raise WrongScope
    limits = request.app[LIMITS]
    buckets = limits.kiosks if claims.scope is Scope.KIOSK else limits.staff
    buckets.take(str(claims.subject), gym.clock.now())
    return claims


async def caller_of(uow: UnitOfWork, claims: Claims) -> Caller:
    """The caller as the database knows it now; a revoked one is refused at once with `InvalidToken`."""
    row = await _holder(uow, claims)
    if row is None or not row.active or row.token_generation != claims.generation:
        raise InvalidToken
    if isinstance(row, Kiosk):
        _note_seen(row, uow)
        return Caller(Actor.kiosk(row.id, row.name), claims.scope, row)
    if claims.scope is Scope.ADMIN and row.role is not Role.ADMIN:
        raise InvalidToken
    return Caller(Actor.staff(row.id, row.name, row.role, row.language), claims.scope)


async def _holder(uow: UnitOfWork, claims: Claims) -> Kiosk | Staff | None:
    if claims.scope is Scope.KIOSK:
        return await uow.session.get(Kiosk, claims.subject)
    return await uow.session.get(Staff, claims.subject)


def _note_seen(kiosk: Kiosk, uow: UnitOfWork) -> None:
    wall = uow.context.wall
    if kiosk.last_seen_at is None or wall - kiosk.last_seen_at > SEEN_EVERY:
        kiosk.last_seen_at = wall


@routes.post("/api/v1/auth/token")
async def token(request: web.Request) -> web.Response:
    """Sign in with a kiosk's secret or a staff member's password."""
    gym = request.app[GYM]
    grant = validate(GRANT, await read_json(request))
    limits, now = request.app[LIMITS], gym.clock.now()
    guess = Guess(limits, client_address(request), _name_of(grant), now)
    guess.allow()
    given = grant.secret if isinstance(grant, KioskGrant) else grant.password
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await _stored(uow, grant)
    # Argon2 takes tens of milliseconds: outside of the transaction and of the event loop.
    stored = found[1] if found else None
    fits, _ = await asyncio.to_thread(verify_secret, given, stored)
    if not fits or found is None:
        raise WrongCredentials
    guess.was_right()
    async with gym.unit_of_work(Actor.system()) as uow:
        pair = await Sessions(uow.session, issuer_of(gym)).open(found[0], uow.context.wall)
    return reply(_answer(pair))


def _name_of(grant: KioskGrant | PasswordGrant) -> str:
    return str(grant.kiosk_id) if isinstance(grant, KioskGrant) else grant.username.casefold()


async def _stored(uow: UnitOfWork, grant: KioskGrant | PasswordGrant) -> tuple[Subject, str] | None:
    """Subject and hash of whoever the grant names, if they may sign in at all."""
    if isinstance(grant, KioskGrant):
        kiosk = await uow.session.get(Kiosk, grant.kiosk_id)
        if kiosk is None or not kiosk.active:
            return None
        return Subject(kiosk.id, Scope.KIOSK, kiosk.token_generation), kiosk.secret_hash
    person = await uow.session.scalar(select(Staff).where(Staff.username.ilike(_literal(grant.username))))
    if person is None or not person.active or person.password_hash is None:
        return None
    return Subject(person.id, Scope(person.role.value), person.token_generation), person.password_hash


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@routes.post("/api/v1/auth/refresh")
async def refresh(request: web.Request) -> web.Response:
    """Swap a refresh token for the next pair."""
    gym = request.app[GYM]
    body = await read_model(request, RefreshRequest)
    claims = issuer_of(gym).read(body.refresh_token, TokenType.REFRESH, gym.clock.now())
    async with gym.unit_of_work(Actor.system()) as uow:
        await caller_of(uow, claims)
        subject = Subject(claims.subject, claims.scope, claims.generation)
        pair = await Sessions(uow.session, issuer_of(gym)).spend(claims, subject, uow.context.wall)
    if pair is None:
        raise InvalidToken
    return reply(_answer(pair))


@routes.post("/api/v1/auth/revoke")
async def revoke(request: web.Request) -> web.Response:
    """Sign out: the whole family ends."""
    gym = request.app[GYM]
    mine = claims_of(request, *Scope)
    body = await read_model(request, RefreshRequest)
    claims = issuer_of(gym).read(body.refresh_token, TokenType.REFRESH, gym.clock.now())
    if claims.subject != mine.subject:
        raise WrongScope
    async with gym.unit_of_work(Actor.system()) as uow:
        await Sessions(uow.session, issuer_of(gym)).revoke(claims, uow.context.wall)
    return web.Response(status=204)


def _answer(pair: TokenPair) -> TokenAnswer:
    return TokenAnswer(
        access_token=pair.access,
        refresh_token=pair.refresh,
        expires_in=pair.expires_in,
        scope=pair.scope.value,
    )
