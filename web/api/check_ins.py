"""The door: a photo, a QR or a document comes in, a verdict goes out."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from aiohttp import web
from pydantic import TypeAdapter

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.sentences import say
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.checkin.verdicts import NOBODY
from gym.core.errors import GymError, Invalid
from gym.core.language import N_, Translator
from gym.faces.engine.reader import PhotoReading, Purpose
from gym.faces.errors import PhotoFault
from gym.faces.schemas import Probe
from gym.hot_path.request_authentication import AuthenticatedRequest, RequestAuthentication
from gym.security.idempotency import Claim, Discretion, Idempotency, StoredAnswer
from gym.security.permissions import Actor
from gym.security.signed_links import SignedLinks
from gym.security.tokens import Claims, Scope
from gym.unit_of_work import SessionNeeded, UnitOfWork
from web.api.schemas import CheckInAnswer, CheckInFields, ClientAnswer
from web.api.template_learning import FACES, LEARNER
from web.api.turned_head import turned_head
from web.http.authentication import (
    SAID,
    Caller,
    Said,
    Shown,
    caller_from,
    caller_of,
    claims_of,
    count_check_in,
    is_seen_anew,
)
from web.http.errors import language_of
from web.http.json import raw_reply, to_bytes, validate
from web.http.keys import GYM
from web.http.photos import LARGE, Body, is_form, read_body

routes = web.RouteTableDef()
MOST_FRAMES: Final = 3
PHOTO_LIFETIME: Final = timedelta(seconds=60)
FIELDS: TypeAdapter[CheckInFields] = TypeAdapter(CheckInFields)
GIVEN_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
Work = Callable[[UnitOfWork, Caller], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that goes into the transaction of an answer."""

    claims: Claims
    caller: Caller
    asking: RequestAuthentication
    arrived: AuthenticatedRequest
    work: Work


class CredentialMissing(Invalid):
    code = "credential_missing"
    message = N_("Send a photo, or a QR, or a document with the last four digits of the phone.")


class SeveralCredentials(Invalid):
    """Two ways of saying who it is: whichever counted, the other would be tried for nothing."""

    code = "several_credentials"
    message = N_("Send one of them only: a photo, or a QR, or a document with the last four digits.")


class KeyMalformed(Invalid):
    """The Idempotency-Key is not 1 to 200 printable ASCII characters."""

    code = "idempotency_key_malformed"
    status = 400
    message = N_("The request number must have 1 to 200 plain characters, such as a UUID.")


class TimeWithoutZone(Invalid):
    code = "captured_at_without_zone"
    message = N_("The capture time needs a time zone.")


@routes.post("/api/v1/check-ins")
async def check_in(request: web.Request) -> web.Response:
    """One verdict: kept, told, and the same again for the same key."""
    gym = request.app[GYM]
    claims = claims_of(request, *Scope)
    if is_form(request):
        gym.faces.require_place()  # who is sent away costs no statement and is not even listened to
    body = await read_body(request, most_photos=MOST_FRAMES, most_turned=MOST_FRAMES)
    with gym.faces.admit() if body.photos else nullcontext():
        return await _admitted(gym, request, claims, body)


async def _admitted(gym: Gym, request: web.Request, claims: Claims, body: Body) -> web.Response:
    fields = validate(FIELDS, body.fields)
    if fields.captured_at is not None and fields.captured_at.tzinfo is None:
        raise TimeWithoutZone
    key = _key(request)
    _require_one_way(body, fields)
    shown = Shown(bool(body.photos), fields.document_number, fields.captured_at, key)
    await count_check_in(request, claims, shown)
    return await _once(gym, request, claims, body, fields, key)


def _require_one_way(body: Body, fields: CheckInFields) -> None:
    """Raises `CredentialMissing` and `SeveralCredentials`."""
    halves = (fields.document_number is not None, fields.phone_last4 is not None)
    ways = (bool(body.photos), fields.qr is not None, any(halves))
    if sum(ways) > 1:
        raise SeveralCredentials
    if not any(ways) or (any(halves) and not all(halves)):
        raise CredentialMissing


def _key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not GIVEN_KEY.fullmatch(key):
        raise KeyMalformed
    return key


async def _once(
    gym: Gym, request: web.Request, claims: Claims, body: Body, fields: CheckInFields, key: str | None
) -> web.Response:
    """The key is claimed while the model reads; the answer is kept in the visit's own transaction."""
    async with _begun(_work(request, body, fields)) as reading:
        asking = await _asking(gym, claims, body, fields, key)
        arrived = await gym.hot_path.authenticate(asking)
        caller = caller_from(arrived.holder, claims)
        if arrived.first is not None:
            first = Discretion(gym.secrets.jwt).unseal(arrived.first, key or "")
            return raw_reply(first.body, first.status, {"Idempotent-Replay": "true"})
        try:
            await _note_seen(gym, caller, asking.wall)
            answer = await _answer(request, Visit(claims, caller, asking, arrived, await reading))
        except GymError:
            await _release(gym, asking.claim)
            raise
    return raw_reply(answer.body, answer.status)


async def _asking(
    gym: Gym, claims: Claims, body: Body, fields: CheckInFields, key: str | None
) -> RequestAuthentication:
    digest = b"" if key is None else await _digest(body, fields)
    hashes = Discretion(gym.secrets.jwt).hashes(digest) if digest else (digest,)
    wall, is_kiosk = gym.clock.now(), claims.scope is Scope.KIOSK
    family = claims.family
    return RequestAuthentication(
        claims.subject, is_kiosk, claims.generation, family, wall, key, hashes[0], hashes[1:]
    )


@asynccontextmanager
async def _begun(work: Coroutine[None, None, Work]) -> AsyncGenerator[asyncio.Task[Work]]:
    """Work that runs beside the block and does not outlive it."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _note_seen(gym: Gym, caller: Caller, wall: datetime) -> None:
    if caller.kiosk is not None and is_seen_anew(caller.kiosk, wall):
        await gym.hot_path.note_seen(caller.kiosk.id, wall)


async def _answer(request: web.Request, visit: Visit) -> StoredAnswer:
    """On the hot path; what it cannot do, such as granting a reward, in an ordinary transaction."""
    gym = request.app[GYM]
    try:
        async with gym.hot_path.unit_of_work(visit.caller.actor, visit.arrived) as uow:
            said, answer = await _say(request, uow, visit)
    except SessionNeeded:
        said, answer = await gym.run(Actor.system(), partial(_say_in_session, request, visit))
    request[SAID] = said
    if said.adapts:
        request.app[LEARNER].later(said.verdict, request.get(FACES, ()))
    return answer


async def _say_in_session(request: web.Request, visit: Visit, uow: UnitOfWork) -> tuple[Said, StoredAnswer]:
    """The caller and the claim are looked at anew. Raises `InvalidToken` and `InFlight`."""
    caller = await caller_of(uow, visit.claims)
    if visit.asking.claim is not None:
        await Idempotency(uow.statements, visit.asking.claim).hold()
    return await _say(request, uow.acting_as(caller.actor), visit)


async def _say(request: web.Request, uow: UnitOfWork, visit: Visit) -> tuple[Said, StoredAnswer]:
    """The verdict, and its answer kept beside it."""
    verdict = await visit.work(uow, visit.caller)
    translator = uow.settings.translator(language_of(request))
    gym = request.app[GYM]
    answer = StoredAnswer(201, to_bytes(_as_json(gym, verdict, translator)))
    if (claim := visit.asking.claim) is not None:
        kept = Discretion(gym.secrets.jwt).seal(answer, claim.key)
        await Idempotency(uow.statements, claim).keep(kept)
    return Said(visit.caller.kiosk, verdict, uow.now, uow.settings.adaptive_faces), answer


async def _release(gym: Gym, claim: Claim | None) -> None:
    """Nothing happened: the same key may come again."""
    if claim is not None:
        await gym.hot_path.release(claim)


async def _work(request: web.Request, body: Body, fields: CheckInFields) -> Work:
    """What to do in the transaction; the model has run before it begins."""
    if body.photos:
        return await _by_photos(request, body, fields)
    if fields.qr is not None:
        return _by_qr(fields.qr, fields.captured_at)
    assert fields.document_number is not None
    assert fields.phone_last4 is not None
    return _by_document(fields.document_number, fields.phone_last4, fields.captured_at)


async def _by_photos(request: web.Request, body: Body, fields: CheckInFields) -> Work:
    gym, at = request.app[GYM], fields.captured_at
    readings, head = await asyncio.gather(_read(gym, body.photos), turned_head(request, body, fields))
    code = next((reading.qr for reading in readings if reading.qr is not None), None)
    if code is not None:
        return _by_qr(code, at)
    probe = _probe(gym, readings)
    turned = await head.seen(readings)
    live = await gym.faces.live(readings) and (turned or not head.is_enforced)
    request[FACES] = tuple(reading.face for reading in readings) if turned else ()

    async def work(uow: UnitOfWork, caller: Caller) -> Verdict:
        service = AttendanceService(uow, gym.gallery)
        rule = gym.match_rule
        return await service.check_in_face(probe, rule, live=live, at=at, kiosk_id=caller.kiosk_id)

    return work


async def _read(gym: Gym, photos: list[bytes]) -> list[PhotoReading]:
    """What could be read of the frames; the first fault when that is nothing."""
    reads = (gym.faces.read(photo, Purpose.CHECK_IN) for photo in photos)
    results = await asyncio.gather(*reads, return_exceptions=True)
    readings = [result for result in results if isinstance(result, PhotoReading)]
    faults = [result for result in results if isinstance(result, BaseException)]
    other = next((fault for fault in faults if not isinstance(fault, PhotoFault)), None)
    if other is not None or not readings:
        raise other or faults[0]
    return readings


def _probe(gym: Gym, readings: list[PhotoReading]) -> Probe:
    """One probe of up to three frames of one moment."""
    model = gym.faces.model_id
    if len(readings) == 1:
        return Probe.of(readings[0].face, model)
    return Probe.fused([reading.face for reading in readings], model)


def _by_qr(text: str, at: datetime | None) -> Work:
    async def work(uow: UnitOfWork, caller: Caller) -> Verdict:
        return await AttendanceService(uow).check_in_qr(text, at=at, kiosk_id=caller.kiosk_id)

    return work


def _by_document(number: str, phone_last4: str, at: datetime | None) -> Work:
    async def work(uow: UnitOfWork, caller: Caller) -> Verdict:
        service = AttendanceService(uow)
        return await service.check_in_document(number, phone_last4, at=at, kiosk_id=caller.kiosk_id)

    return work


def _as_json(gym: Gym, verdict: Verdict, translator: Translator) -> CheckInAnswer:
    """A denied answer names the client only when face or credential was accepted."""
    answer = CheckInAnswer(
        id=verdict.id,
        outcome=verdict.outcome.value,
        code=verdict.code,
        message=say(verdict, translator),
        at=verdict.at,
    )
    if verdict.client_id is None or verdict.code in NOBODY:
        return answer
    path = f"/api/v1/thumbnails/{verdict.client_id}"
    photo = SignedLinks(gym.secrets.jwt).sign_path(path, gym.clock.now() + PHOTO_LIFETIME)
    client = ClientAnswer(display_name=verdict.display_name or "", photo_url=photo)
    return answer.model_copy(
        update={
            "client": client,
            "plan": verdict.plan_name,
            "days_left": verdict.days_left,
            "visits_left": verdict.visits_left,
            "balance": verdict.balance,
            "visit_number": verdict.visit_number,
            "ends_on": verdict.ends_on,
        }
    )


async def _digest(body: Body, fields: CheckInFields) -> bytes:
    """The hash of what was asked; large photos are hashed in a thread."""
    if sum(map(len, body.photos + body.turned)) > LARGE:
        return await asyncio.to_thread(_hash, body, fields)
    return _hash(body, fields)


def _hash(body: Body, fields: CheckInFields) -> bytes:
    digest = hashlib.sha256(fields.model_dump_json().encode())
    for photo in body.photos:
        digest.update(hashlib.sha256(photo).digest())
    for frame in body.turned:
        digest.update(b"turned" + hashlib.sha256(frame).digest())
    return digest.digest()
