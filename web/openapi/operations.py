"""The register of operations: every address of the API with its callers, bodies, answers and faults."""

from __future__ import annotations

from typing import Final

from gym.attendance.attempts import CursorInvalid
from gym.attendance.errors import CapturedInFuture, CapturedTooLongAgo
from gym.clients.errors import ClientNotFound
from gym.core.errors import Busy, DatabaseUnavailable, GymError, NotFound
from gym.faces.enrolment.comparison import PAIR, TwoPhotosNeeded
from gym.faces.errors import NoFace, NotAnImage, PhotoTooLarge, PhotoUnreadable, SeveralFaces
from gym.faces.liveness.challenge_gate import ChallengeMissing
from gym.faces.refusals import (
    ConsentMissing,
    FaceOwnerMissing,
    FramesDisagree,
    ModelsMixed,
    NoPhotos,
    NotSamePerson,
    NotTheClient,
    PossibleDuplicate,
)
from gym.faces.service import MOST_PHOTOS
from gym.kiosks.service import ExitPinWrong, PairingRefused
from gym.security.idempotency import InFlight, KeyReused
from gym.security.permissions import NotAllowed
from gym.security.rate_limits import TooManyRequests
from gym.security.signed_links import QrExpired, QrInvalid
from gym.security.tokens import ExpiredToken, InvalidToken, Scope
from gym.staff.sign_ins import SignInNotFound
from web.api.auth import WrongCredentials
from web.api.check_ins import (
    MOST_FRAMES,
    CredentialMissing,
    KeyMalformed,
    SeveralCredentials,
    TimeWithoutZone,
)
from web.api.faces import PhotosRefused
from web.api.schemas import (
    AttemptsAnswer,
    AttemptsQuery,
    CardAnswer,
    CheckInAnswer,
    CheckInFields,
    ClientPath,
    ClientsAnswer,
    EnrolmentAnswer,
    EnrolmentFields,
    ExitRequest,
    GrantRequest,
    HealthAnswer,
    JobAnswer,
    KioskAnswer,
    PairAnswer,
    PairRequest,
    RefreshRequest,
    Request,
    SameAnswer,
    SearchQuery,
    SessionPath,
    SessionsAnswer,
    SessionsQuery,
    SignedQuery,
    TokenAnswer,
    VerdictsAnswer,
)
from web.http.addresses import HttpsRequired
from web.http.authentication import STAFF, WrongScope
from web.http.document_guesses import TooManyWrongDocuments
from web.http.faults import HTTP_FAULTS, INTERNAL
from web.http.json import FieldsInvalid
from web.http.photos import ContentUnknown, Malformed
from web.openapi.document import DeclaredFault, Link, Media, Operation, PhotoParts

Faults = tuple[type[GymError] | DeclaredFault, ...]
EVERYBODY: Final = tuple(Scope)
ADMIN: Final = (Scope.ADMIN,)
ALWAYS: Final[Faults] = (HttpsRequired, DeclaredFault("internal", 500, INTERNAL))
STORED: Final[Faults] = (*ALWAYS, DatabaseUnavailable)
TOKEN: Final[Faults] = (*STORED, InvalidToken, ExpiredToken, WrongScope, TooManyRequests)
JSON: Final[Faults] = (
    Malformed,
    ContentUnknown,
    FieldsInvalid,
    DeclaredFault("too_large", 413, HTTP_FAULTS[413][1]),
)
PHOTO: Final[Faults] = (NotAnImage, PhotoTooLarge, PhotoUnreadable, NoFace, SeveralFaces, Busy)
KEY: Final = {
    "Idempotency-Key": {
        "description": "The same key and body give the first answer again, with `Idempotent-Replay: true`",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }
}
API: Final = "/api/v1"

OPERATIONS: Final = (
    Operation(
        "post",
        f"{API}/kiosks/pair",
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
    ),
    Operation(
        "post",
        f"{API}/auth/token",
        "signIn",
        "Sign in with a kiosk's secret or a staff member's password",
        {200: TokenAnswer},
        body=GrantRequest,
        faults=(*STORED, *JSON, WrongCredentials, TooManyRequests),
        links=[Link("refresh", "refresh", body={"refresh_token": "$response.body#/refresh_token"})],
    ),
    Operation(
        "post",
        f"{API}/auth/refresh",
        "refresh",
        "Swap a refresh token for the next pair",
        {200: TokenAnswer},
        body=RefreshRequest,
        faults=(*STORED, *JSON, InvalidToken, ExpiredToken, TooManyRequests),
        links=[Link("refreshAgain", "refresh", body={"refresh_token": "$response.body#/refresh_token"})],
        description="Each works once; within ten seconds the same pair may be asked for again. Later reuse "
        "ends every token of the family, and so does the thirtieth day of a sign-in.",
    ),
    Operation(
        "post",
        f"{API}/auth/revoke",
        "signOut",
        "Sign out: the refresh token's whole family ends, its access tokens too",
        {204: None},
        EVERYBODY,
        body=RefreshRequest,
        faults=(*TOKEN, *JSON),
    ),
    Operation(
        "get",
        f"{API}/auth/sessions",
        "sessions",
        "Sign-ins that stand, the latest used first",
        {200: SessionsAnswer},
        STAFF,
        query=SessionsQuery,
        faults=(*TOKEN, FieldsInvalid, NotAllowed),
        links=[Link("endSession", "endSession", {"session_id": "$response.body#/items/0/id"})],
        description="A sign-in ends for good thirty days after it was opened.",
    ),
    Operation(
        "delete",
        f"{API}/auth/sessions/{{session_id}}",
        "endSession",
        "End a sign-in, its access tokens too, at once",
        {204: None},
        STAFF,
        path_model=SessionPath,
        faults=(*TOKEN, NotFound, SignInNotFound),
    ),
    Operation(
        "get",
        f"{API}/kiosk",
        "kiosk",
        "The gym as a kiosk needs to know it",
        {200: KioskAnswer},
        (Scope.KIOSK,),
        TOKEN,
    ),
    Operation(
        "post",
        f"{API}/kiosk/exit",
        "leaveKiosk",
        "Whether a PIN lets somebody leave the kiosk page",
        {204: None},
        (Scope.KIOSK,),
        body=ExitRequest,
        faults=(*TOKEN, *JSON, ExitPinWrong),
    ),
    Operation(
        "post",
        f"{API}/check-ins",
        "checkIn",
        "One verdict at the door, by photo, QR or document",
        {201: CheckInAnswer},
        EVERYBODY,
        body=PhotoParts(
            CheckInFields,
            1,
            MOST_FRAMES,
            ways=[["photo"], ["qr"], ["document_number", "phone_last4"]],
            turned=MOST_FRAMES,
        ),
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
    ),
    Operation(
        "get",
        f"{API}/check-ins",
        "attempts",
        "Today's attempts, the latest received first",
        {200: AttemptsAnswer},
        STAFF,
        query=AttemptsQuery,
        faults=(*TOKEN, FieldsInvalid, CursorInvalid),
        links=[Link("next", "attempts", {"cursor": "$response.body#/next"})],
        description="What an offline kiosk recorded earlier is here on the day it was received, with `late`.",
    ),
    Operation(
        "post",
        f"{API}/faces/enrolments",
        "enrol",
        "Remember a client's face",
        {201: EnrolmentAnswer},
        STAFF,
        body=PhotoParts(EnrolmentFields, 1, MOST_PHOTOS),
        faults=(
            *TOKEN,
            *JSON,
            Busy,
            PhotoTooLarge,
            NoPhotos,
            PhotosRefused,
            FaceOwnerMissing,
            ConsentMissing,
            PossibleDuplicate,
            NotSamePerson,
            NotTheClient,
            ModelsMixed,
        ),
        description="Photos that are good enough replace what was remembered before; each gets its verdict. "
        "Another client's face is 409; who it is, is told to an admin only.",
    ),
    Operation(
        "post",
        f"{API}/faces/verdicts",
        "judgePhotos",
        "Whether photos are good enough to remember a face by",
        {200: VerdictsAnswer},
        STAFF,
        body=PhotoParts(Request, 1, MOST_PHOTOS),
        faults=(*TOKEN, *JSON, Busy, PhotoTooLarge, NoPhotos, PhotosRefused),
        description="For a camera that shows what to do better; nothing is kept.",
    ),
    Operation(
        "post",
        f"{API}/faces/compare",
        "compare",
        "Whether two photos show one person",
        {200: SameAnswer},
        STAFF,
        body=PhotoParts(Request, PAIR, PAIR),
        faults=(*TOKEN, *JSON, *PHOTO, TwoPhotosNeeded),
    ),
    Operation(
        "delete",
        f"{API}/faces/{{client_id}}",
        "forget",
        "Forget a client's face; the consent stays",
        {204: None},
        STAFF,
        path_model=ClientPath,
        faults=(*TOKEN, NotFound, ClientNotFound),
    ),
    Operation(
        "get",
        f"{API}/clients",
        "clients",
        "Clients by name, document or phone",
        {200: ClientsAnswer},
        STAFF,
        query=SearchQuery,
        faults=(*TOKEN, FieldsInvalid),
        links=[
            Link("card", "card", {"client_id": "$response.body#/items/0/id"}),
            Link("forget", "forget", {"client_id": "$response.body#/items/0/id"}),
        ],
    ),
    Operation(
        "get",
        f"{API}/clients/{{client_id}}",
        "card",
        "A client's card; looking is recorded",
        {200: CardAnswer},
        STAFF,
        path_model=ClientPath,
        faults=(*TOKEN, NotFound, ClientNotFound),
    ),
    Operation(
        "post",
        f"{API}/subscriptions/activate",
        "activate",
        "Start the subscriptions whose first day has come",
        {200: JobAnswer},
        ADMIN,
        TOKEN,
    ),
    Operation(
        "post",
        f"{API}/subscriptions/expire",
        "expire",
        "End the subscriptions whose last day is over",
        {200: JobAnswer},
        ADMIN,
        TOKEN,
    ),
    Operation(
        "get",
        f"{API}/thumbnails/{{client_id}}",
        "thumbnail",
        "A client's picture, by its signed address of one minute",
        {200: Media("image/jpeg")},
        path_model=ClientPath,
        query=SignedQuery,
        faults=(*STORED, NotFound),
    ),
    Operation("get", "/healthz", "alive", "The process answers", {200: HealthAnswer}, faults=ALWAYS),
    Operation(
        "get",
        "/readyz",
        "ready",
        "Everything a visitor needs is there",
        {200: HealthAnswer, 503: HealthAnswer},
        faults=ALWAYS,
    ),
    Operation(
        "get",
        "/metrics",
        "metrics",
        "Prometheus' text, for this machine and the allow-list",
        {200: Media("text/plain")},
        faults=(*ALWAYS, NotFound),
    ),
    Operation(
        "get",
        "/api/openapi.json",
        "document",
        "This document",
        {200: Media("application/json")},
        faults=ALWAYS,
    ),
)
