"""Authentication: the bearer token of a request, its claims, and the caller it stands for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from aiohttp import web

from gym.app import Gym
from gym.core.errors import Forbidden, GymError
from gym.core.language import N_
from gym.kiosks.callers import Caller, caller_of
from gym.security.permissions import Actor
from gym.security.tokens import Claims, ExpiredToken, InvalidToken, Scope, TokenIssuer, TokenType
from gym.unit_of_work import UnitOfWork
from web.http.keys import GYM

EVERYBODY: Final = tuple(Scope)
STAFF: Final = (Scope.EMPLOYEE, Scope.ADMIN)


class WrongScope(Forbidden):
    """A valid token whose scope does not allow the operation."""

    code = "wrong_scope"
    message = N_("This sign-in may not do that.")


CALLERS: web.RequestKey[tuple[Scope, ...]] = web.RequestKey("callers")
"""The scopes for which the operation is declared."""
CLAIMS: web.RequestKey[Claims | GymError] = web.RequestKey("claims")


def issuer_of(gym: Gym) -> TokenIssuer:
    """The gym's token issuer."""
    config = gym.config
    hours, minutes = config.refresh_token_hours, config.access_token_minutes
    return TokenIssuer(gym.secrets.jwt, timedelta(minutes=minutes), timedelta(hours=hours))


def claims_of(request: web.Request) -> Claims:
    """The verified claims of the bearer token, in a scope for which the operation is declared; no query yet.

    Raises `InvalidToken`, `ExpiredToken` and `WrongScope`.
    """
    found = request[CLAIMS]
    if isinstance(found, GymError):
        raise found
    if found.scope not in request[CALLERS]:
        raise WrongScope
    return found


@asynccontextmanager
async def acting(request: web.Request) -> AsyncGenerator[tuple[UnitOfWork, Caller]]:
    """A transaction in which the caller acts. Raises the faults of `claims_of` and `caller_of`."""
    claims = claims_of(request)
    async with request.app[GYM].unit_of_work(Actor.system()) as uow:
        caller = await caller_of(uow, claims)
        yield uow.acting_as(caller.actor), caller


def read_bearer(request: web.Request) -> Claims | GymError:
    """The claims of the Authorization header, or the fault, which is raised for those who ask for claims."""
    gym = request.app[GYM]
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return InvalidToken()
    try:
        return issuer_of(gym).read(token.strip(), TokenType.ACCESS, gym.clock.now())
    except (InvalidToken, ExpiredToken) as error:
        return error
