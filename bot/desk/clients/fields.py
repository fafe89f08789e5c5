"""A client's fields: how each is called, asked for and read, when registering and when changing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from bot.forms.definition import FormContext
from gym.clients.documents import parse_document
from gym.clients.errors import ReferrerUnknown
from gym.clients.fields import (
    parse_birth_date,
    parse_email,
    parse_name,
    parse_text,
)
from gym.clients.models import Client, Gender
from gym.clients.phones import parse_phone
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.core.reading.days import month_first

GENDERS: Final = {Gender.FEMALE: N_("Female"), Gender.MALE: N_("Male"), Gender.OTHER: N_("Other")}


class Field(StrEnum):
    """What can be changed; the value is the column's name."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ALIAS = "alias"
    DOCUMENT = "document"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH_DATE = "birth_date"
    GENDER = "gender"
    GUARDIAN = "guardian_name"
    ADDRESS = "address"
    EMERGENCY = "emergency_contact"
    TAGS = "tags"
    WARNING = "warning"
    NOTES = "notes"
    REFERRER = "referred_by"


def read_name(text: str, ctx: FormContext) -> str:
    return parse_name(text)


def read_document(text: str, ctx: FormContext) -> str:
    document = parse_document(text)
    return f"{document.type} {document.number}"


def read_phone(text: str, ctx: FormContext) -> str:
    return parse_phone(text, ctx.context.settings.phone_region)


def read_email(text: str, ctx: FormContext) -> str:
    return parse_email(text)


def read_birth_date(text: str, ctx: FormContext) -> date:
    return parse_birth_date(text, ctx.context.today, month_first=month_first(ctx.context.conventions))


async def read_referrer(text: str, ctx: FormContext) -> str:
    """The words, if they find anybody: who it is, is chosen next."""
    if not await candidates(ctx, text):
        raise ReferrerUnknown
    return text[:80]


async def candidates(ctx: FormContext, words: str) -> list[Client]:
    async with ctx.unit_of_work() as uow:
        found = await ClientService(uow).search(words)
    return [one for one in found.items if one.id != ctx.maybe("client_id", UUID)]


def _at_most(limit: int) -> Callable[[str, FormContext], str]:
    def read(text: str, ctx: FormContext) -> str:
        return parse_text(text, limit)

    return read


@dataclass(frozen=True, slots=True)
class FieldQuestion:
    """How a field is called and asked for."""

    label: str
    ask: str
    parse: Callable[[str, FormContext], object] | None
    required: bool = False


QUESTIONS: Final = {
    Field.FIRST_NAME: FieldQuestion(
        N_("First name"), N_("What is the first name?"), read_name, required=True
    ),
    Field.LAST_NAME: FieldQuestion(N_("Last name"), N_("What is the last name?"), read_name),
    Field.ALIAS: FieldQuestion(N_("Called"), N_("What may a screen call this person?"), _at_most(80)),
    Field.DOCUMENT: FieldQuestion(
        N_("Document"),
        N_("Which document? Such as 1020304050, or CE 123456. Types: CC, TI, CE, PP, PPT, ID (any other)."),
        read_document,
    ),
    Field.PHONE: FieldQuestion(N_("Phone"), N_("Which phone number? Write it with its area."), read_phone),
    Field.EMAIL: FieldQuestion(N_("E-mail"), N_("Which e-mail address?"), read_email),
    Field.BIRTH_DATE: FieldQuestion(
        N_("Birth date"), N_("When was this person born? Such as 3 August 1990."), read_birth_date
    ),
    Field.GENDER: FieldQuestion(N_("Gender"), N_("Which gender?"), None),
    Field.GUARDIAN: FieldQuestion(
        N_("Guardian"), N_("Who is the guardian, who agrees to the membership?"), _at_most(160)
    ),
    Field.ADDRESS: FieldQuestion(N_("Address"), N_("Which address?"), _at_most(200)),
    Field.EMERGENCY: FieldQuestion(
        N_("Emergency contact"), N_("Whom to call in an emergency? Name and phone."), _at_most(200)
    ),
    Field.TAGS: FieldQuestion(
        N_("Tags"), N_("Which tags? Write them with commas between them."), _at_most(200)
    ),
    Field.WARNING: FieldQuestion(
        N_("Warning"), N_("What must staff know whenever this client comes up?"), _at_most(300)
    ),
    Field.NOTES: FieldQuestion(N_("Notes"), N_("Any notes? Only staff sees them."), _at_most(2000)),
    Field.REFERRER: FieldQuestion(
        N_("Brought by"), N_("Which member brought this client? Type a name or phone."), read_referrer
    ),
}
