"""Requests and answers of check-ins: the bodies of each credential, the verdict, and today's attempts.

`CheckInFields` is what the server reads beside the photos, whichever credential came. The other bodies are
its shapes one by one, a model each: of `anyOf` over `required`, no client generator can make a type.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from gym.attendance.models import CheckInMethod, Outcome, VerdictCode
from web.api.schemas.clients import PersonAnswer
from web.api.schemas.fields import (
    PLAIN,
    AwareMoment,
    Iso,
    Moment,
    NotNull,
    PhotoPart,
    PhotoText,
    Query,
    Request,
    Stripped,
    Unset,
)

MOST_FRAMES: Final = 3
"""Frames of one moment, and of a turned head, in a check-in."""
Qr = Annotated[
    str,
    StringConstraints(max_length=300, pattern=PLAIN),
    Stripped,
    Field(description="What a member's QR says"),
]
DocumentNumber = Annotated[str, StringConstraints(min_length=3, max_length=40, pattern=PLAIN)]
LastFour = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}$"),
    Field(description="The last four digits of the client's phone"),
]
CapturedAt = Annotated[
    Moment | Unset,
    Iso,
    NotNull,
    Field(description="Door time of an offline kiosk, at most 72 h ago"),
]
Turn = Annotated[
    Literal["left", "right"] | Unset,
    NotNull,
    Field(description="The person's own side that the head was turned to in the turned frames"),
]
Frames = Annotated[list[PhotoPart], Field(min_length=1, max_length=MOST_FRAMES)]
FrameTexts = Annotated[list[PhotoText], Field(min_length=1, max_length=MOST_FRAMES)]


class CheckInFields(Request):
    """The fields beside the photos; exactly one way of saying who it is."""

    qr: Annotated[Qr | Unset, NotNull] = None
    document_number: Annotated[DocumentNumber | Unset, NotNull] = None
    phone_last4: Annotated[LastFour | Unset, NotNull] = None
    captured_at: CapturedAt = None
    turn: Turn = None


class PhotoCheckInForm(Request):
    """A check-in by photos, as a form."""

    photo: Frames
    turned: Annotated[Frames | Unset, NotNull] = None
    turn: Turn = None
    captured_at: CapturedAt = None


class PhotoCheckIn(Request):
    """A check-in by photos in base64."""

    image_base64: PhotoText | FrameTexts
    turned_base64: Annotated[PhotoText | FrameTexts | Unset, NotNull] = None
    turn: Turn = None
    captured_at: CapturedAt = None


class QrCheckIn(Request):
    """A check-in by the QR of a member's phone or card."""

    qr: Qr
    captured_at: CapturedAt = None


class DocumentCheckIn(Request):
    """A check-in by an identity document and the last four digits of the phone."""

    document_number: DocumentNumber
    phone_last4: LastFour
    captured_at: CapturedAt = None


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
    balance: Annotated[
        Decimal | None, Field(description="What is owed; for a kiosk only where the gym shows sums there")
    ] = None
    visit_number: int | None = None
    ends_on: date | None = None
    at: datetime


class AttemptsQuery(Query):
    since: Annotated[AwareMoment | Unset, Iso] = Field(None, description="Only what was received since then")
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(max_length=80, pattern=PLAIN)] | Unset = Field(
        None, description="`next` of the page before"
    )


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
