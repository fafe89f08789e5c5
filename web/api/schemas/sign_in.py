"""Requests and answers of sign-in, of tokens and of sign-ins that stand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, RootModel, StringConstraints

from web.api.schemas.fields import PLAIN, NotNull, PageNumber, Query, Request, ScopeName, Stripped, Unset


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
    scope: ScopeName


class SessionsQuery(Query):
    subject_id: Annotated[UUID | Unset, NotNull] = Field(
        None, description="A member of staff or a kiosk, for admins; without it one's own"
    )
    page: PageNumber = 0


class SessionPath(Request):
    session_id: UUID


class SessionAnswer(BaseModel):
    """A sign-in that stands."""

    id: UUID
    scope: ScopeName
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
