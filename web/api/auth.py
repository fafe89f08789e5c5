"""Sign-in, refresh and revocation of tokens."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy import select, update

from gym.app import Gym
from gym.core.database.ids import new_id
from gym.core.language import N_
from gym.kiosks.callers import caller_of
from gym.kiosks.models import Kiosk
from gym.security.passwords import verify_secret
from gym.security.permissions import Actor
from gym.security.sessions import Sessions, TokenPair, TokenSubject, is_known
from gym.security.signed_links import SignedLinks
from gym.security.tokens import ExpiredToken, InvalidToken, Scope, TokenType
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork
from web.api.schemas.sign_in import GrantRequest, KioskGrant, PasswordGrant, RefreshRequest, TokenAnswer
from web.http.addresses import client_address, neighbourhood
from web.http.authentication import EVERYBODY, WrongScope, claims_of, issuer_of
from web.http.json import read_model, reply
from web.http.keys import GYM
from web.http.limits.rates import LIMITS, SecretGuess, TooManyRequests
from web.openapi.declaration import Link, Operation
from web.openapi.fault_groups import JSON, STORED, TOKEN
from web.openapi.routes import ApiRoutes

routes = ApiRoutes("Sign-in")


class WrongCredentials(InvalidToken):
    """A wrong name or a wrong secret; which of the two is not said."""

    code = "wrong_credentials"
    message = N_("That sign-in is wrong. Check it, or pair this kiosk again.")


@routes.handles(
    Operation(
        "post",
        "/api/v1/auth/token",
        "signIn",
        "Sign in with a kiosk's secret or a staff member's password",
        {200: TokenAnswer},
        body=GrantRequest,
        faults=(*STORED, *JSON, WrongCredentials, TooManyRequests),
        links=[Link("refresh", "refresh", body={"refresh_token": "$response.body#/refresh_token"})],
        description="`grant_type` says which of the two. Wrong ones are limited by address and by name.",
    )
)
async def token(request: web.Request) -> web.Response:
    """Sign in with a kiosk's secret or a staff member's password."""
    gym = request.app[GYM]
    grant = (await read_model(request, GrantRequest)).root
    address, name = client_address(request), _digest(gym, _name_of(grant))
    place, limits = neighbourhood(address), request.app[LIMITS]
    at_home = limits.name_here.of(f"{name}:{place}")
    guess = SecretGuess(limits, gym.clock.now(), limits.address.of(place), name=at_home)
    await guess.allow()
    given = grant.secret if isinstance(grant, KioskGrant) else grant.password
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await _stored(uow, grant)
        known = await is_known(uow.session, found[0].id if found else new_id(), address)
    if not known:
        await guess.allow_from_anywhere(limits.name.of(name))
    # Argon2 takes tens of milliseconds: outside of the transaction and of the event loop.
    stored = found[1] if found else None
    fits, renewed = await asyncio.to_thread(verify_secret, given, stored)
    if not fits or found is None:
        raise WrongCredentials
    await guess.was_right()
    async with gym.unit_of_work(Actor.system()) as uow:
        if renewed is not None:
            await _renew(uow, found[0], stored, renewed)
        pair = await Sessions(uow.session, issuer_of(gym)).open(found[0], uow.context.wall, address)
    return reply(_answer(pair))


def _digest(gym: Gym, name: str) -> str:
    """The name in a bucket's key, hashed: some people type their password there."""
    return SignedLinks(gym.secrets.jwt).digest(f"name:{name}").hex()


def _name_of(grant: KioskGrant | PasswordGrant) -> str:
    return str(grant.kiosk_id) if isinstance(grant, KioskGrant) else grant.username.casefold()


async def _stored(uow: UnitOfWork, grant: KioskGrant | PasswordGrant) -> tuple[TokenSubject, str] | None:
    """Subject and password hash of the one the grant names, if they may sign in at all."""
    if isinstance(grant, KioskGrant):
        kiosk = await uow.session.get(Kiosk, grant.kiosk_id)
        if kiosk is None or not kiosk.active:
            return None
        return TokenSubject(kiosk.id, Scope.KIOSK, kiosk.token_generation), kiosk.secret_hash
    if not grant.username.isascii():
        return None  # no name here has such a letter, though PostgreSQL takes some of them for another
    person = await uow.session.scalar(select(Staff).where(Staff.username.ilike(_literal(grant.username))))
    if person is None or not person.active or person.password_hash is None:
        return None
    return TokenSubject(person.id, Scope(person.role.value), person.token_generation), person.password_hash


async def _renew(uow: UnitOfWork, subject: TokenSubject, stored: str | None, renewed: str) -> None:
    """Save a hash with today's Argon2 parameters, unless the secret was changed meanwhile."""
    if subject.scope is Scope.KIOSK:
        row = update(Kiosk).where(Kiosk.id == subject.id, Kiosk.secret_hash == stored)
        await uow.session.execute(row.values(secret_hash=renewed))
        return
    row = update(Staff).where(Staff.id == subject.id, Staff.password_hash == stored)
    await uow.session.execute(row.values(password_hash=renewed))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@routes.handles(
    Operation(
        "post",
        "/api/v1/auth/refresh",
        "refresh",
        "Swap a refresh token for the next pair",
        {200: TokenAnswer},
        body=RefreshRequest,
        faults=(*STORED, *JSON, InvalidToken, ExpiredToken, TooManyRequests),
        links=[Link("refreshAgain", "refresh", body={"refresh_token": "$response.body#/refresh_token"})],
        description="Each works once; within ten seconds the same pair may be asked for again. Later reuse "
        "ends every token of the family, and so does the thirtieth day of a sign-in.",
    )
)
async def refresh(request: web.Request) -> web.Response:
    """Swap a refresh token for the next pair."""
    gym = request.app[GYM]
    body = await read_model(request, RefreshRequest)
    claims = issuer_of(gym).read(body.refresh_token, TokenType.REFRESH, gym.clock.now())
    async with gym.unit_of_work(Actor.system()) as uow:
        await caller_of(uow, claims)
        subject = TokenSubject(claims.subject, claims.scope, claims.generation)
        pair = await Sessions(uow.session, issuer_of(gym)).rotate(claims, subject, uow.context.wall)
    if pair is None:
        raise InvalidToken
    return reply(_answer(pair))


@routes.handles(
    Operation(
        "post",
        "/api/v1/auth/revoke",
        "signOut",
        "Sign out: the refresh token's whole family ends, its access tokens too",
        {204: None},
        EVERYBODY,
        body=RefreshRequest,
        faults=(*TOKEN, *JSON),
        description="A refresh token of one's own; others are refused.",
    )
)
async def revoke(request: web.Request) -> web.Response:
    """Sign out: the whole family ends."""
    gym = request.app[GYM]
    mine = claims_of(request)
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
