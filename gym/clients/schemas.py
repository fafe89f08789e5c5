"""A client as registered and as changed."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from gym.clients.fields import Document
from gym.clients.models import Gender


class ClientInput(BaseModel):
    """A new client; the values come from `gym.clients.fields`."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    first_name: str
    last_name: str
    document: Document | None = None
    alias: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    address: str | None = None
    emergency_contact: str | None = None
    tags: list[str] = []
    warning: str | None = None
    notes: str | None = None
    language: str | None = None
    guardian_name: str | None = None


class ClientChanges(BaseModel):
    """What to change: a field that is not set stays, one set to None is emptied."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    first_name: str = ""
    last_name: str = ""
    document: Document | None = None
    alias: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    address: str | None = None
    emergency_contact: str | None = None
    tags: list[str] = []
    warning: str | None = None
    notes: str | None = None
    guardian_name: str | None = None
