"""Who calls: the token behind a request, what it may ask how often, and whom it stands for right now."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from gym.app import Gym
from gym.attendance.checkin.flow import JudgedCheckIn
from gym.attendance.models import VerdictCode
from gym.core.errors import Busy, Forbidden, GymError
from gym.core.language import N_
from gym.faces.errors import NoFace
from gym.kiosks.callers import Caller, caller_of
from gym.security.permissions import Actor
from gym.security.rate_limits import TokenBucket
from gym.security.signed_links import SignedLinks
from gym.security.tokens import Claims, ExpiredToken, InvalidToken, Scope, TokenIssuer, TokenType
from gym.unit_of_work import UnitOfWork
from web.http.document_guesses import DocumentGuess
from web.http.face_tries import FaceTry
from web.http.keys import GYM, LIMITS
from web.http.limits import OFFLINE_AFTER, Limits

EVERYBODY: Final = tuple(Scope)
STAFF: Final = (Scope.EMPLOYEE, Scope.ADMIN)
COUNTS_ITSELF: Final = ("POST", "/api/v1/check-ins")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WrongScope(Forbidden):
    """A good token that does not reach this far."""

    code = "wrong_scope"
    message = N_("This sign-in may not do that.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a check-in shows, as far as limits ask."""

    photos: bool
    document: str | None
    at: datetime | None
    key: str | None


CALLERS: web.RequestKey[tuple[Scope, ...]] = web.RequestKey("callers")
"""The scopes that the operation is declared for."""
CLAIMS: web.RequestKey[Claims | GymError] = web.RequestKey("claims")
COUNTED: web.RequestKey[tuple[TokenBucket, ...]] = web.RequestKey("counted")
FACE_TRY: web.RequestKey[FaceTry] = web.RequestKey("face_try", FaceTry)
GUESS: web.RequestKey[DocumentGuess] = web.RequestKey("guess")
SAID: web.RequestKey[JudgedCheckIn] = web.RequestKey("said", JudgedCheckIn)
"""What was judged and committed, for whatever follows the answer."""


def issuer_of(gym: Gym) -> TokenIssuer:
    """The gym's token issuer."""
    config = gym.config
    hours, minutes = config.refresh_token_hours, config.access_token_minutes
    return TokenIssuer(gym.secrets.jwt, timedelta(minutes=minutes), timedelta(hours=hours))


def claims_of(request: web.Request, *scopes: Scope) -> Claims:
    """The verified claims of the bearer token, before the database is asked.

    Of one of the scopes; without any, of those that the operation is declared for.

    Raises `InvalidToken`, `ExpiredToken` and `WrongScope`.
    """
    found = request[CLAIMS]
    if isinstance(found, GymError):
        raise found
    if found.scope not in (scopes or request[CALLERS]):
        raise WrongScope
    return found


@asynccontextmanager
async def acting(request: web.Request, *scopes: Scope) -> AsyncGenerator[tuple[UnitOfWork, Caller]]:
    """A transaction in which the caller acts. Raises the faults of `claims_of` and `caller_of`."""
    claims = claims_of(request, *scopes)
    async with request.app[GYM].unit_of_work(Actor.system()) as uow:
        caller = await caller_of(uow, claims)
        yield uow.acting_as(caller.actor), caller


# Counting ─────────────────────────────────────────────────────────────────────────────────────────────────


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever shows a token is counted before anything is done for it; a check-in as soon as it was read,
    because only then it can be told from the replay of an offline queue."""
    found = request[CLAIMS] = _bearer(request)
    if isinstance(found, GymError):
        return await handler(request)
    if (request.method, request.path) != COUNTS_ITSELF:
        await _count(request, found)
        return await handler(request)
    try:
        response = await handler(request)
    except Busy:
        raise  # nothing was done for it, and it is told to come back
    except (GymError, web.HTTPException) as error:
        await _count_failed(request, found, faceless=isinstance(error, NoFace))
        raise
    finally:
        await _end_guess(request)
    if (face := request.get(FACE_TRY)) is not None:
        said = request.get(SAID)
        await face.end(said.verdict if said is not None else None)
    return response


async def count_check_in(request: web.Request, claims: Claims, shown: Shown) -> None:
    """Once a check-in, after its body was read and before the model runs: one statement at most.

    Raises `TooManyRequests` and `TooManyWrongDocuments`. The replay of an offline queue comes in a burst by
    nature, so it is counted apart; a document or a face is a try whenever it was typed or shown.
    """
    now, limits = request.app[GYM].clock.now(), request.app[LIMITS]
    is_replay = shown.key is not None and shown.at is not None and now - shown.at > OFFLINE_AFTER
    rates = (limits.replay.of(claims.subject),) if is_replay else _rates(limits, claims)
    request[COUNTED] = rates
    face = FaceTry.of(limits, claims, is_replay=is_replay) if shown.photos else None
    if face is not None:
        await face.take(now, rates)
        request[FACE_TRY] = face
    elif shown.document is None:
        await limits.take(now, *rates)
    else:
        links = SignedLinks(request.app[GYM].secrets.jwt)
        guess = request[GUESS] = DocumentGuess.of(limits, links, claims.subject, shown.document)
        await guess.begin(now, rates)


def _bearer(request: web.Request) -> Claims | GymError:
    gym = request.app[GYM]
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return InvalidToken()
    try:
        return issuer_of(gym).read(token.strip(), TokenType.ACCESS, gym.clock.now())
    except (InvalidToken, ExpiredToken) as error:
        return error


async def _count(request: web.Request, claims: Claims) -> None:
    limits = request.app[LIMITS]
    request[COUNTED] = _rates(limits, claims)
    await limits.take(request.app[GYM].clock.now(), *request[COUNTED])


def _rates(limits: Limits, claims: Claims) -> tuple[TokenBucket, ...]:
    rate = limits.device if claims.scope is Scope.KIOSK else limits.staff
    return (rate.of(claims.subject),)


async def _count_failed(request: web.Request, claims: Claims, *, faceless: bool) -> None:
    """What could not even be read counts too; a photo turns out to have no face only after it was counted."""
    if COUNTED not in request:
        await _count(request, claims)
    elif faceless and (face := request.get(FACE_TRY)) is not None:
        await face.give_back()


async def _end_guess(request: web.Request) -> None:
    """Only a verdict tells whether the digits fit: an error or a repeated answer says nothing of them."""
    guess, said = request.get(GUESS), request.get(SAID)
    if guess is not None:
        await guess.end(was_wrong=said is not None and said.verdict.code is VerdictCode.NOT_RECOGNIZED)
