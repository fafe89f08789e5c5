"""POST /check-ins: reads the request, calls the check-in flow and renders its verdict."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Final

from aiohttp import web

from gym.app import Gym
from gym.attendance.checkin.credentials import DocumentCredential, QrCredential, ShownCredential
from gym.attendance.checkin.flow.request_flow import CheckInReply, CheckInRequest
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.sentences import say
from gym.attendance.checkin.verdict_builder import NOBODY
from gym.attendance.errors import CapturedInFuture, CapturedTooLongAgo
from gym.clients.fields.card_numbers import number_at_the_door
from gym.faces.liveness.challenge_gate import ChallengeMissing
from gym.faces.refusals import FramesDisagree
from gym.security.idempotency import InFlight, KeyReused, StoredAnswer
from gym.security.signed_links import QrExpired, QrInvalid, SignedLinks
from gym.security.tokens import Scope
from gym.settings.schemas import GymSettings
from web.api.background.template_learning import LEARNER
from web.api.check_in_request import (
    CredentialMissing,
    KeyMalformed,
    SeveralCredentials,
    TimeWithoutZone,
    read_check_in,
)
from web.api.schemas.check_ins import (
    MOST_FRAMES,
    CheckInAnswer,
    ClientAnswer,
    DocumentCheckIn,
    PhotoCheckIn,
    PhotoCheckInForm,
    QrCheckIn,
)
from web.http.authentication import EVERYBODY, claims_of
from web.http.errors import language_of
from web.http.json import raw_reply, to_bytes
from web.http.keys import GYM
from web.http.limits.counting import JUDGED, CountedCheckIn, count_check_in
from web.http.limits.document_guesses import TooManyWrongDocuments
from web.http.photos import is_form, read_body
from web.openapi.declaration import FormOrJson, Operation
from web.openapi.fault_groups import JSON, PHOTO, TOKEN
from web.openapi.routes import ApiRoutes

routes = ApiRoutes("Check-ins")
KEY: Final = {
    "Idempotency-Key": {
        "description": "The same key and body give the first answer again, with `Idempotent-Replay: true`",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }
}
PHOTO_LIFETIME: Final = timedelta(seconds=60)
"""The picture beside a verdict is shown for seconds; its address must not outlive it by much."""


@routes.handles(
    Operation(
        "post",
        "/api/v1/check-ins",
        "checkIn",
        "One verdict at the door, by photo, QR or document",
        {201: CheckInAnswer},
        EVERYBODY,
        body=FormOrJson(PhotoCheckInForm, (PhotoCheckIn, QrCheckIn, DocumentCheckIn)),
        headers=KEY,
        faults=(
            *TOKEN,
            *JSON,
            *PHOTO,
            FramesDisagree,
            ChallengeMissing,
            CredentialMissing,
            SeveralCredentials,
            TooManyWrongDocuments,
            TimeWithoutZone,
            CapturedInFuture,
            CapturedTooLongAgo,
            QrInvalid,
            QrExpired,
            KeyMalformed,
            KeyReused,
            InFlight,
        ),
        description="Exactly one way of saying who it is: a photo, a QR, or a document with the last four "
        "digits of the phone. Wrong documents are limited by document (five, then one in ten minutes) and "
        "by caller (five, then one a minute), in replays too. A denial is an answer, not an error. It names "
        "the client only when face or credential was accepted. Where `challenge` is enforced, a kiosk's "
        "photo of a face comes with frames of the head turned to a side. The replay of an offline queue (a "
        "key, and `captured_at` older than a minute) is limited apart: 3,000 at once, 90 a minute.",
    )
)
async def check_in(request: web.Request) -> web.Response:
    """One verdict: kept, told, and the same again for the same key."""
    gym = request.app[GYM]
    claims = claims_of(request)
    if is_form(request):
        gym.faces.require_place()  # a busy pool refuses before the body is read or a statement is run
    body = await read_body(request, most_photos=MOST_FRAMES, most_turned=MOST_FRAMES)
    with gym.faces.admit() if body.photos else nullcontext():
        asked = read_check_in(request, claims, body)
        await count_check_in(request, claims, _counted_as(asked, has_photos=bool(body.photos)))
        reply = await gym.check_in_flow.reply(asked, partial(_render, request))
    return _answer(request, reply)


def _counted_as(asked: CheckInRequest, *, has_photos: bool) -> CountedCheckIn:
    return CountedCheckIn(has_photos, _guessed(asked.credential), asked.at, asked.key)


def _guessed(credential: ShownCredential) -> str | None:
    """A number that somebody may have guessed: a document's, or that of a card of before."""
    match credential:
        case DocumentCredential(number):
            return number
        case QrCredential(text):
            number = number_at_the_door(text)
            return None if number is None else f"card {number}"
        case _:
            return None


def _answer(request: web.Request, reply: CheckInReply) -> web.Response:
    """The answer. What was judged is kept for the limits and the door relay, and faces for learning."""
    answer, judged = reply.answer, reply.judged
    if judged is None:
        return raw_reply(answer.body, answer.status, {"Idempotent-Replay": "true"})
    request[JUDGED] = judged
    request.app[LEARNER].later(judged.verdict, judged.faces)
    return raw_reply(answer.body, answer.status)


def _render(request: web.Request, verdict: Verdict, settings: GymSettings) -> StoredAnswer:
    """The stored answer. A tablet at the door gets no sum that it may not show; the desk does."""
    translator = settings.translator(language_of(request))
    sums = settings.kiosk_shows_sums or claims_of(request).scope is not Scope.KIOSK
    message = say(verdict, translator, sums=sums)
    return StoredAnswer(201, to_bytes(_as_json(request.app[GYM], verdict, message, sums=sums)))


def _as_json(gym: Gym, verdict: Verdict, message: str, *, sums: bool) -> CheckInAnswer:
    """The answer's JSON; a denial names the client only when face or credential was accepted."""
    answer = CheckInAnswer(
        id=verdict.id,
        outcome=verdict.outcome.value,
        code=verdict.code,
        message=message,
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
            "balance": verdict.balance if sums else None,
            "visit_number": verdict.visit_number,
            "ends_on": verdict.ends_on,
        }
    )
