"""What the API reads and answers; the OpenAPI document is made of these."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator


class Request(BaseModel):
    """A request's body; unknown fields are refused, so that a typing error is not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="after")
    def _no_null_characters(self) -> Self:
        """PostgreSQL has no place for them."""
        if any("\0" in value for _, value in self if isinstance(value, str)):
            raise ValueError("null character")
        return self


class PairRequest(Request):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class PairAnswer(BaseModel):
    kiosk_id: UUID
    secret: str = Field(description="Shown once; keep it on the device.")


class KioskGrant(Request):
    grant_type: Literal["kiosk"]
    kiosk_id: UUID
    secret: Annotated[str, StringConstraints(min_length=16, max_length=200)]


class PasswordGrant(Request):
    grant_type: Literal["password"]
    username: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RefreshRequest(Request):
    refresh_token: Annotated[str, StringConstraints(min_length=20, max_length=2000)]


class TokenAnswer(BaseModel):
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds")
    scope: Literal["kiosk", "employee", "admin"]


class KioskAnswer(BaseModel):
    gym_name: str
    kiosk_name: str
    languages: list[str]
    methods: list[Literal["face", "qr", "document"]]
    liveness: Literal["off", "observe", "enforce"]
    offline_policy: Literal["record_only", "admit"]
    currency: str
    timezone: str
    server_time: datetime


class CheckInFields(Request):
    """The fields beside the photos; exactly one way of saying who it is."""

    qr: Annotated[str, StringConstraints(max_length=300)] | None = None
    document_number: Annotated[str, StringConstraints(min_length=3, max_length=40)] | None = None
    phone_last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None
    captured_at: datetime | None = Field(None, description="Door time of an offline kiosk, at most 72 h ago")


class ClientAnswer(BaseModel):
    display_name: str
    photo_url: str | None = None


class CheckInAnswer(BaseModel):
    id: UUID
    outcome: Literal["admitted", "denied"]
    code: str
    message: str
    client: ClientAnswer | None = None
    plan: str | None = None
    days_left: int | None = None
    visits_left: int | None = None
    balance: Decimal | None = None
    visit_number: int | None = None
    ends_on: date | None = None
    at: datetime


class JobAnswer(BaseModel):
    count: int


class HealthAnswer(BaseModel):
    status: Literal["ok", "not_ready"]
    checks: dict[str, bool] = Field(default_factory=dict)
