"""What is known of a person, as it is handed in: raw text that the service reads field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict

from gym.clients import fields
from gym.clients.errors import DocumentIncomplete
from gym.clients.models import DocumentType, Gender


class ClientDetails(BaseModel):
    """The optional fields. Text may be as it was typed; None and empty text both empty a field."""

    model_config = ConfigDict(frozen=True, str_max_length=4000)

    document_type: DocumentType | None = None
    document_number: str | None = None
    alias: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: date | str | None = None
    gender: Gender | None = None
    address: str | None = None
    emergency_contact: str | None = None
    tags: list[str] | str | None = None
    warning: str | None = None
    notes: str | None = None
    language: str | None = None
    guardian_name: str | None = None
    guardian_consent: bool = False


class ClientInput(ClientDetails):
    """A new client."""

    first_name: str
    last_name: str


class ClientChanges(ClientDetails):
    """Only fields that were set are changed: unset differs from emptied."""

    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """What a reader must know about the gym: its phone region and its day."""

    region: str
    today: date


Reader = Callable[[Any, Habits], object]
READERS: Final[Mapping[str, Reader]] = {
    "alias": lambda text, _: fields.parse_alias(text),
    "phone": lambda text, habits: fields.parse_phone(text, habits.region),
    "email": lambda text, _: fields.parse_email(text),
    "birth_date": lambda value, habits: fields.parse_birth_date(value, habits.today),
    "gender": lambda gender, _: gender,
    "address": lambda text, _: fields.parse_address(text),
    "emergency_contact": lambda text, _: fields.parse_emergency_contact(text),
    "warning": lambda text, _: fields.parse_warning(text),
    "notes": lambda text, _: fields.parse_notes(text),
    "guardian_name": lambda text, _: fields.parse_guardian_name(text),
}
"""Fields that may be empty."""


def read_details(data: ClientDetails, habits: Habits) -> dict[str, object]:
    """Column values of the fields that were set, normalised; the first one that is wrong raises its fault."""
    given = data.model_fields_set
    values: dict[str, object] = {}
    for name in ("first_name", "last_name"):
        if name in given:
            values[name] = fields.parse_name(getattr(data, name) or "")
    if given & {"document_type", "document_number"}:
        values |= _read_document(data)
    for name, read in READERS.items():
        if name in given:
            raw = getattr(data, name)
            values[name] = None if _is_empty(raw) else read(raw, habits) or None
    if "tags" in given:
        values["tags"] = fields.parse_tags(data.tags or [])
    if "language" in given and data.language:
        values["language"] = fields.parse_language(data.language)
    return values


def _is_empty(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _read_document(data: ClientDetails) -> dict[str, object]:
    """Both columns or neither; a number may carry its type in front."""
    given = data.model_fields_set
    number = (data.document_number or "").strip()
    if not number and data.document_type is None:
        return {"document_type": None, "document_number": None}
    if not number and "document_number" not in given:
        return {"document_type": data.document_type}
    if not number:
        raise DocumentIncomplete
    if data.document_type is None and "document_type" not in given and isinstance(data, ClientChanges):
        return {"document_number": number}
    if data.document_type is None and not number[:1].isalpha():
        raise DocumentIncomplete
    document = fields.parse_document(number, data.document_type)
    return {"document_type": document.type, "document_number": document.number}


def whole_document(values: dict[str, object], kind: DocumentType | None, number: str | None) -> None:
    """Complete a change of one half of a document with the half that is kept.

    Raises `DocumentIncomplete`, `DocumentInvalid`.
    """
    if not values.keys() & {"document_type", "document_number"}:
        return
    kind = cast("DocumentType | None", values.get("document_type", kind))
    number = cast("str | None", values.get("document_number", number))
    if kind is None and number is None:
        return
    if number is None or (kind is None and not number[:1].isalpha()):
        raise DocumentIncomplete
    document = fields.parse_document(number, kind)
    values.update(document_type=document.type, document_number=document.number)
