"""A client as registered and as changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gym.clients import fields
from gym.clients.documents import Document, parse_document
from gym.clients.models import Gender
from gym.clients.phones import parse_phone
from gym.core.reading.conventions import Conventions
from gym.core.reading.days import month_first


class ClientInput(BaseModel):
    """A new client; the service reads each value once more with `gym.clients.fields`."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    first_name: str
    last_name: str
    """Empty for a person with one name."""
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
    referred_by: UUID | None = None


class ClientChanges(BaseModel):
    """What to change: a field that is not set stays, one set to None is emptied."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    first_name: str = ""
    last_name: str | None = ""
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
    referred_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What a reader must know of the gym: its phone region and its day."""

    region: str
    today: date

    @property
    def month_first(self) -> bool:
        return month_first(Conventions("en", country=self.region))


READERS: Final[Mapping[str, Callable[[Any, ParseContext], object]]] = {
    "alias": lambda text, _: fields.parse_text(text, 80),
    "phone": lambda text, parse_context: parse_phone(text, parse_context.region),
    "email": lambda text, _: fields.parse_email(text),
    "birth_date": lambda born, parse_context: fields.checked_birth_date(born, parse_context.today),
    "gender": lambda gender, _: gender,
    "address": lambda text, _: fields.parse_text(text, 200),
    "emergency_contact": lambda text, _: fields.parse_text(text, 200),
    "warning": lambda text, _: fields.parse_text(text, 300),
    "notes": lambda text, _: fields.parse_notes(text),
    "guardian_name": lambda text, _: fields.parse_text(text, 160),
}
"""Fields that may be empty."""


def columns(data: ClientInput | ClientChanges, parse_context: ParseContext) -> dict[str, object]:
    """The values of the fields that were set, normalised; the first wrong one raises its own fault."""
    given = data.model_fields_set
    values: dict[str, object] = {}
    if "first_name" in given:
        values["first_name"] = fields.parse_name(data.first_name)
    if "last_name" in given:
        last = data.last_name or ""
        values["last_name"] = fields.parse_name(last) if last.strip() else ""
    for name, read in READERS.items():
        if name in given:
            raw = getattr(data, name)
            empty = raw is None or (isinstance(raw, str) and not raw.strip())
            values[name] = None if empty else read(raw, parse_context) or None
    if "tags" in given:
        values["tags"] = fields.checked_tags(data.tags)
    if "referred_by" in given:
        values["referred_by"] = data.referred_by
    return values | _document_columns(data)


def _document_columns(data: ClientInput | ClientChanges) -> dict[str, object]:
    if "document" not in data.model_fields_set:
        return {}
    if data.document is None:
        return {"document_type": None, "document_number": None, "document_in_doubt": False}
    document = parse_document(data.document.number, data.document.type)
    return {
        "document_type": document.type,
        "document_number": document.number,
        "document_in_doubt": False,
    }
