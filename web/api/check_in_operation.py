"""Declaration of the check-in: its credentials, a body each, and everything that may go wrong."""

from __future__ import annotations

from typing import Final

from gym.attendance.errors import CapturedInFuture, CapturedTooLongAgo
from gym.faces.liveness.challenge_gate import ChallengeMissing
from gym.faces.refusals import FramesDisagree
from gym.security.idempotency import InFlight, KeyReused
from gym.security.signed_links import QrExpired, QrInvalid
from web.api.check_in_request import CredentialMissing, KeyMalformed, SeveralCredentials, TimeWithoutZone
from web.api.check_ins import check_in
from web.api.schemas.check_ins import (
    CheckInAnswer,
    DocumentCheckIn,
    PhotoCheckIn,
    PhotoCheckInForm,
    QrCheckIn,
)
from web.http.authentication import EVERYBODY
from web.http.document_guesses import TooManyWrongDocuments
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
CHECK_IN: Final = Operation(
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

routes.handles(CHECK_IN)(check_in)
