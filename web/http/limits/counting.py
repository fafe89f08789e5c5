"""Counting of requests: the middleware that takes tokens of a caller's limits, and what is given back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from gym.attendance.checkin.flow.request_flow import JudgedCheckIn
from gym.attendance.models import VerdictCode
from gym.core.errors import Busy, GymError
from gym.faces.errors import NoFace
from gym.security.rate_limits import TokenBucket
from gym.security.signed_links import QrInvalid, SignedLinks
from gym.security.tokens import Claims, Scope
from web.http.authentication import CLAIMS, read_bearer
from web.http.keys import GYM
from web.http.limits.document_guesses import DocumentGuess
from web.http.limits.face_tries import FaceTry
from web.http.limits.rates import LIMITS, OFFLINE_AFTER, Limits

COUNTS_ITSELF: Final = ("POST", "/api/v1/check-ins")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class CountedCheckIn:
    """The facts of a check-in that decide which limits it counts against."""

    photos: bool
    document: str | None
    at: datetime | None
    key: str | None


COUNTED: web.RequestKey[tuple[TokenBucket, ...]] = web.RequestKey("counted")
FACE_TRY: web.RequestKey[FaceTry] = web.RequestKey("face_try", FaceTry)
GUESS: web.RequestKey[DocumentGuess] = web.RequestKey("guess")
JUDGED: web.RequestKey[JudgedCheckIn] = web.RequestKey("judged", JudgedCheckIn)
"""What was judged and committed, for the work that follows the answer."""


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count a request with a token before anything is done for it; a check-in as soon as it was read.

    Only then a check-in can be told from the replay of an offline queue.
    """
    found = request[CLAIMS] = read_bearer(request)
    if isinstance(found, GymError):
        return await handler(request)
    if (request.method, request.path) != COUNTS_ITSELF:
        await _count(request, found)
        return await handler(request)
    is_wrong_card = False
    try:
        response = await handler(request)
    except Busy:
        raise  # no work was done for it, and its caller is told to come back
    except (GymError, web.HTTPException) as error:
        is_wrong_card = isinstance(error, QrInvalid)
        await _count_failed(request, found, faceless=isinstance(error, NoFace))
        raise
    finally:
        await _end_guess(request, is_wrong_card=is_wrong_card)
    if (face := request.get(FACE_TRY)) is not None:
        judged = request.get(JUDGED)
        await face.end(judged.verdict if judged is not None else None)
    return response


async def count_check_in(request: web.Request, claims: Claims, facts: CountedCheckIn) -> None:
    """Count a check-in once, after its body was read and before the model runs: one statement at most.

    Raises `TooManyRequests` and `TooManyWrongDocuments`. The replay of an offline queue comes in a burst by
    nature, so it is counted apart; a document or a face is a guess whenever it was typed or shown.
    """
    now, limits = request.app[GYM].clock.now(), request.app[LIMITS]
    is_replay = facts.key is not None and facts.at is not None and now - facts.at > OFFLINE_AFTER
    rates = (limits.replay.of(claims.subject),) if is_replay else _rates(limits, claims)
    request[COUNTED] = rates
    face = FaceTry.of(limits, claims, is_replay=is_replay) if facts.photos else None
    if face is not None:
        await face.take(now, rates)
        request[FACE_TRY] = face
    elif facts.document is None:
        await limits.take(now, *rates)
    else:
        links = SignedLinks(request.app[GYM].secrets.jwt)
        guess = request[GUESS] = DocumentGuess.of(limits, links, claims.subject, facts.document)
        await guess.begin(now, rates)


async def _count(request: web.Request, claims: Claims) -> None:
    limits = request.app[LIMITS]
    request[COUNTED] = _rates(limits, claims)
    await limits.take(request.app[GYM].clock.now(), *request[COUNTED])


def _rates(limits: Limits, claims: Claims) -> tuple[TokenBucket, ...]:
    rate = limits.device if claims.scope is Scope.KIOSK else limits.staff
    return (rate.of(claims.subject),)


async def _count_failed(request: web.Request, claims: Claims, *, faceless: bool) -> None:
    """Count a body that could not be read, too; that a photo has no face is known only after it was
    counted."""
    if COUNTED not in request:
        await _count(request, claims)
    elif faceless and (face := request.get(FACE_TRY)) is not None:
        await face.give_back()


async def _end_guess(request: web.Request, *, is_wrong_card: bool) -> None:
    """End a guess. Only a verdict says whether the digits fit: an error or a repeated answer says nothing,
    but for the error that nobody has a card of this number.
    """
    guess, judged = request.get(GUESS), request.get(JUDGED)
    if guess is not None:
        unknown = judged is not None and judged.verdict.code is VerdictCode.NOT_RECOGNIZED
        await guess.end(was_wrong=unknown or is_wrong_card)
