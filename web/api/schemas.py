"""What the API reads and answers; the OpenAPI document is made of these."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
)
from pydantic.json_schema import SkipJsonSchema

from gym.attendance.models import CheckInMethod, Outcome, VerdictCode
from gym.subscriptions.models import SubscriptionStatus


def _no_null(value: object) -> object:
    if value is None:
        raise ValueError("null is no value")
    return value


PLAIN: Final = r"^[^\x00]*$"
"""PostgreSQL has no place for the null character."""


def _iso(value: object) -> object:
    """A number is no moment, though pydantic would take it for seconds."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", value):
        raise ValueError("not a moment of ISO 8601")
    if isinstance(value, int | float):
        raise ValueError("not a moment of ISO 8601")
    return value


def _within_reach(value: datetime) -> datetime:
    """The last and first year have moments that no zone west or east of them can say."""
    if not 1 < value.year < 9999:
        raise ValueError("out of reach")
    return value


Iso = BeforeValidator(_iso)
NotNull = BeforeValidator(_no_null)
"""A field that may be left out, but is a value when it is there."""
Moment = Annotated[datetime, AfterValidator(_within_reach)]
AwareMoment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Stripped = AfterValidator(str.strip)
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Qr = Annotated[str, StringConstraints(max_length=300, pattern=PLAIN), Stripped]
DocumentNumber = Annotated[str, StringConstraints(min_length=3, max_length=40, pattern=PLAIN)]
LastFour = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class Request(BaseModel):
    """A request's body; unknown fields are refused, so that a typing error is not ignored."""

    model_config = ConfigDict(extra="forbid")


class Query(BaseModel):
    """What stands behind the question mark; what is not known there is not looked at."""

    model_config = ConfigDict(extra="ignore")


class PairRequest(Request):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9](?:[ .-]?[0-9]){8}$")] = Field(
        description="The nine digits that an admin is shown in chat, grouped or not"
    )
    name: Name


class PairAnswer(BaseModel):
    kiosk_id: UUID
    secret: str = Field(description="Shown once; keep it on the device.")


class KioskGrant(Request):
    grant_type: Literal["kiosk"]
    kiosk_id: UUID
    secret: Annotated[str, StringConstraints(min_length=16, max_length=200, pattern=PLAIN)]


class PasswordGrant(Request):
    grant_type: Literal["password"]
    username: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PLAIN), Stripped]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]


class GrantRequest(RootModel[Annotated[KioskGrant | PasswordGrant, Field(discriminator="grant_type")]]):
    """A sign-in, of one kind or the other."""


class RefreshRequest(Request):
    refresh_token: Annotated[str, StringConstraints(min_length=20, max_length=2000, pattern=PLAIN)]


class TokenAnswer(BaseModel):
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds")
    scope: Literal["kiosk", "employee", "admin"]


class SessionsQuery(Query):
    subject_id: Annotated[UUID | SkipJsonSchema[None], NotNull] = Field(
        None, description="A member of staff or a kiosk, for admins; without it one's own"
    )
    page: Annotated[int, Field(ge=0, le=100_000)] = 0


class SessionPath(Request):
    session_id: UUID


class SessionAnswer(BaseModel):
    """A sign-in that stands."""

    id: UUID
    scope: Literal["kiosk", "employee", "admin"]
    opened_at: datetime
    renewed_at: datetime = Field(description="When its tokens were last swapped")
    ends_at: datetime = Field(description="When it ends for good, however often it is renewed")
    address: str | None = Field(None, description="Where it was opened from")
    current: bool = Field(description="The one behind this request")


class SessionsAnswer(BaseModel):
    items: list[SessionAnswer]
    total: int
    page: int
    pages: int


class KioskAnswer(BaseModel):
    gym_name: str
    kiosk_name: str
    languages: list[str]
    methods: list[Literal["face", "qr", "document"]]
    liveness: Literal["off", "observe", "enforce"]
    challenge: Literal["off", "observe", "enforce"] = Field(
        description="enforce: a photo of a face needs `turned` frames and `turn`"
    )
    offline_policy: Literal["record_only", "admit"]
    currency: str
    timezone: str
    exit_pin: bool = Field(description="Whether leaving the page needs a PIN")
    server_time: datetime


class ExitRequest(Request):
    pin: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PLAIN)]


class CheckInFields(Request):
    """The fields beside the photos; exactly one way of saying who it is."""

    qr: Annotated[Qr | SkipJsonSchema[None], NotNull] = Field(None, description="What a member's QR says")
    document_number: Annotated[DocumentNumber | SkipJsonSchema[None], NotNull] = None
    phone_last4: Annotated[LastFour | SkipJsonSchema[None], NotNull] = None
    captured_at: Annotated[Moment | SkipJsonSchema[None], Iso, NotNull] = Field(
        None, description="Door time of an offline kiosk, at most 72 h ago"
    )
    turn: Annotated[Literal["left", "right"] | SkipJsonSchema[None], NotNull] = Field(
        None, description="The person's own side that the head was turned to in the `turned` frames"
    )


class ClientAnswer(BaseModel):
    display_name: str
    photo_url: str | None = None


class CheckInAnswer(BaseModel):
    id: UUID
    outcome: Literal["admitted", "denied"]
    code: VerdictCode
    message: str
    client: ClientAnswer | None = None
    plan: str | None = None
    days_left: int | None = None
    visits_left: int | None = None
    balance: Decimal | None = None
    visit_number: int | None = None
    ends_on: date | None = None
    at: datetime


class AttemptsQuery(Query):
    since: Annotated[AwareMoment | SkipJsonSchema[None], Iso] = Field(
        None, description="Only what was received since then"
    )
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(max_length=80, pattern=PLAIN)] | SkipJsonSchema[None] = Field(
        None, description="`next` of the page before"
    )


class PersonAnswer(BaseModel):
    id: UUID
    name: str


class AttemptAnswer(BaseModel):
    """One attempt at the door; the client is there only when face or credential was accepted."""

    id: UUID
    at: datetime = Field(description="Door time")
    received_at: datetime
    late: bool = Field(description="Recorded by a kiosk that was offline")
    outcome: Outcome
    code: VerdictCode
    method: CheckInMethod
    counted: bool
    undone: bool
    client: PersonAnswer | None = None
    kiosk_name: str | None = None


class AttemptsAnswer(BaseModel):
    items: list[AttemptAnswer]
    total: int = Field(description="All attempts of today (since then), whatever the page")
    next: str | None = None


class PhotoAnswer(BaseModel):
    """What was made of one photo, in the order they came."""

    photo: int = Field(description="From 1")
    accepted: bool
    code: str | None = None
    message: str | None = None


class EnrolmentFields(Request):
    client_id: UUID


class EnrolmentAnswer(BaseModel):
    client_id: UUID
    templates: int
    replaced: int
    photos: list[PhotoAnswer]


class VerdictsAnswer(BaseModel):
    photos: list[PhotoAnswer]


class SameAnswer(BaseModel):
    same: bool


class SearchQuery(Query):
    q: Annotated[str, StringConstraints(max_length=80, pattern=PLAIN)] = Field(
        "", description="Name, document or phone, or part of it"
    )
    page: Annotated[int, Field(ge=0, le=100_000)] = 0


class ClientPath(Request):
    client_id: UUID


class SignedQuery(Query):
    until: str = Field("", description="Seconds since 1970")
    mac: str = ""


class FoundClient(PersonAnswer):
    active: bool
    document: str | None = None
    phone: str | None = None


class ClientsAnswer(BaseModel):
    items: list[FoundClient]
    total: int
    page: int
    pages: int


class MembershipAnswer(BaseModel):
    plan: str
    status: SubscriptionStatus
    starts_on: date
    ends_on: date
    days_left: int | None = None
    visits_left: int | None = None


class FaceAnswer(BaseModel):
    consent: bool = Field(description="A consent to the text in force")
    templates: int


class CardAnswer(FoundClient):
    """The card as the desk sees it."""

    display_name: str
    birth_date: date | None = None
    warning: str | None = None
    blocked_until: date | None = None
    membership: MembershipAnswer | None = None
    balance: Decimal = Field(description="All that is owed")
    credit: Decimal = Field(description="What the gym owes the client")
    face: FaceAnswer
    last_visits: list[datetime]
    photo_url: str | None = Field(None, description="Good for a minute")


class JobAnswer(BaseModel):
    count: int


class HealthAnswer(BaseModel):
    status: Literal["ok", "not_ready"]
    checks: dict[str, bool] = Field(default_factory=dict)
