"""Readers of the table of client fields: typed text to a value, and a value to what its column keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID

from gym.clients.fields import parsers
from gym.clients.fields.card_numbers import LONGEST, parse_card_number
from gym.clients.fields.documents import Document, parse_document
from gym.clients.fields.parsers import ParseContext
from gym.clients.fields.phones import parse_phone
from gym.clients.fields.row import FieldReader
from gym.clients.models import Gender


def one_line(limit: int) -> FieldReader[str]:
    """One line."""

    def read(text: str, _: ParseContext) -> str:
        return parsers.parse_text(text, limit)

    return FieldReader(str, read, read, limit)


def parsed_by(parse: Callable[[str], str], limit: int) -> FieldReader[str]:
    def read(text: str, _: ParseContext) -> str:
        return parse(text)

    return FieldReader(str, read, read, limit)


def _same(value: object, _: ParseContext) -> object:
    return value


def _phone(text: str, parse_context: ParseContext) -> str:
    return parse_phone(text, parse_context.region)


def _birth_date(text: str, parse_context: ParseContext) -> date:
    return parsers.parse_birth_date(text, parse_context.today, month_first=parse_context.month_first)


NAME: Final = parsed_by(parsers.parse_name, 80)
EMAIL: Final = parsed_by(parsers.parse_email, 160)
CARD_NUMBER: Final = parsed_by(parse_card_number, LONGEST)
PHONE: Final = FieldReader(str, _phone, _phone, 20)
DOCUMENT: Final = FieldReader(
    Document,
    lambda text, _: parse_document(text),
    lambda document, _: parse_document(document.number, document.type),
)
BIRTH_DATE: Final = FieldReader(
    date, _birth_date, lambda born, context: parsers.checked_birth_date(born, context.today)
)
GENDER: Final = FieldReader(Gender, lambda text, _: parsers.parse_gender(text), _same)
TAGS: Final = FieldReader(
    list[str], lambda text, _: parsers.parse_tags(text), lambda tags, _: parsers.checked_tags(tags)
)
NOTES: Final = FieldReader(
    str, lambda text, _: parsers.parse_text(text, 2000), lambda text, _: parsers.parse_notes(text)
)
"""The desk types one line; what an import or an earlier edit has kept may have several."""
REFERRER: Final = FieldReader(UUID, None, _same)
