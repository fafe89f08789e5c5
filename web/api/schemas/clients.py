"""Requests and answers of the search for clients, their cards and pictures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from gym.clients.fields.row import ApiPlace
from gym.subscriptions.models import SubscriptionStatus
from web.api.schemas.client_fields import with_client_fields
from web.api.schemas.fields import PLAIN, PageNumber, Query, Request


class PersonAnswer(BaseModel):
    id: UUID
    name: str


class SearchQuery(Query):
    q: Annotated[str, StringConstraints(max_length=80, pattern=PLAIN)] = Field(
        "", description="Name, document or phone, or part of it"
    )
    page: PageNumber = 0


class ClientPath(Request):
    client_id: UUID


class SignedQuery(Query):
    until: str = Field("", description="Seconds since 1970")
    mac: str = ""


class FoundClient(with_client_fields(PersonAnswer, ApiPlace.SEARCH)):
    active: bool


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


class CardAnswer(with_client_fields(FoundClient, ApiPlace.CARD)):
    """The card as the desk sees it."""

    display_name: str
    blocked_until: date | None = None
    membership: MembershipAnswer | None = None
    balance: Decimal = Field(description="All that is owed")
    credit: Decimal = Field(description="What the gym owes the client")
    face: FaceAnswer
    last_visits: list[datetime]
    photo_url: str | None = Field(None, description="Good for a minute")
