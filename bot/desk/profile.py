"""A client's data, changed one field at a time; blocked, deactivated and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.buttons import Card
from bot.forms import Choice, Form, FormContext, Step
from bot.keyboards import button, grid, nav
from bot.render import HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.clients.fields import (
    parse_birth_date,
    parse_day,
    parse_document,
    parse_email,
    parse_name,
    parse_phone,
    parse_text,
)
from gym.clients.models import Client, Gender
from gym.clients.schemas import ClientChanges
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.payments.errors import parse_reason

router = Router(Audience.STAFF)
EMPTY: Final = ""
"""The answer that empties a field."""
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


@callback("edit")
class EditClient(Callback):
    """The list of fields."""

    client_id: UUID


@callback("editf")
class EditField(Callback):
    client_id: UUID
    field: Field


@callback("block")
class BlockClient(Callback):
    client_id: UUID


@callback("unblk", changes=True)
class Unblock(Callback):
    client_id: UUID


@callback("askoff")
class AskDeactivate(Callback):
    client_id: UUID


@callback("off", changes=True)
class Deactivate(Callback):
    client_id: UUID


@callback("on", changes=True)
class Reactivate(Callback):
    client_id: UUID


# Fields, as they are asked here and when a client is registered ───────────────────────────────────────────


def read_name(text: str, ctx: FormContext) -> str:
    return parse_name(text)


def read_document(text: str, ctx: FormContext) -> str:
    document = parse_document(text)
    return f"{document.type} {document.number}"


def read_phone(text: str, ctx: FormContext) -> str:
    return parse_phone(text, ctx.turn.settings.phone_region)


def read_email(text: str, ctx: FormContext) -> str:
    return parse_email(text)


def read_birth_date(text: str, ctx: FormContext) -> date:
    return parse_birth_date(text, ctx.turn.today)


def _at_most(limit: int) -> Callable[[str, FormContext], str]:
    def read(text: str, ctx: FormContext) -> str:
        return parse_text(text, limit)

    return read


@dataclass(frozen=True, slots=True)
class Question:
    """How a field is called and asked for."""

    label: str
    ask: str
    parse: Callable[[str, FormContext], object] | None
    required: bool = False


QUESTIONS: Final = {
    Field.FIRST_NAME: Question(N_("First name"), N_("What is the first name?"), read_name, required=True),
    Field.LAST_NAME: Question(N_("Last name"), N_("What is the last name?"), read_name, required=True),
    Field.ALIAS: Question(N_("Called"), N_("What may a screen call this person?"), _at_most(80)),
    Field.DOCUMENT: Question(
        N_("Document"),
        N_("Which document? Such as 1020304050, or CE 123456. Types: CC, TI, CE, PP."),
        read_document,
    ),
    Field.PHONE: Question(N_("Phone"), N_("Which phone number? Such as 300 123 4567."), read_phone),
    Field.EMAIL: Question(N_("E-mail"), N_("Which e-mail address?"), read_email),
    Field.BIRTH_DATE: Question(
        N_("Birth date"), N_("When was this person born? Day/month/year, such as 3/8/1990."), read_birth_date
    ),
    Field.GENDER: Question(N_("Gender"), N_("Which gender?"), None),
    Field.GUARDIAN: Question(
        N_("Guardian"), N_("Who is the guardian, who agrees to the membership?"), _at_most(160)
    ),
    Field.ADDRESS: Question(N_("Address"), N_("Which address?"), _at_most(200)),
    Field.EMERGENCY: Question(
        N_("Emergency contact"), N_("Whom to call in an emergency? Name and phone."), _at_most(200)
    ),
    Field.TAGS: Question(N_("Tags"), N_("Which tags? Write them with commas between them."), _at_most(200)),
    Field.WARNING: Question(
        N_("Warning"), N_("What must staff know whenever this client comes up?"), _at_most(300)
    ),
    Field.NOTES: Question(N_("Notes"), N_("Any notes? Only staff sees them."), _at_most(2000)),
}


# Editing ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(EditClient)
async def edit(turn: Turn, tap: EditClient) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
    await turn.show(_fields(turn.t, client))


def _fields(t: HtmlTranslator, client: Client, heading: str = "") -> Screen:
    lines = [
        t("{label}: <b>{value}</b>", label=t(question.label), value=_now(t, client, field) or "–")
        for field, question in QUESTIONS.items()
    ]
    buttons = [
        button(t(question.label), EditField(client.id, field)) for field, question in QUESTIONS.items()
    ]
    text = "\n".join([heading or t("✏️ What changes?"), "", *lines])
    return Screen(text, [*grid(buttons), nav(t, back=Card(client.id))])


def _now(t: HtmlTranslator, client: Client, field: Field) -> str:
    """A field's value as plain text; empty when there is none."""
    match field:
        case Field.DOCUMENT:
            return f"{client.document_type} {client.document_number}" if client.document_number else ""
        case Field.BIRTH_DATE:
            return t.day(client.birth_date) if client.birth_date else ""
        case Field.GENDER:
            return t(GENDERS[client.gender]) if client.gender else ""
        case Field.TAGS:
            return ", ".join(client.tags)
        case _:
            return getattr(client, field) or ""


@router.on(EditField)
async def edit_field(turn: Turn, tap: EditField) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
    now = _now(turn.t, client, tap.field)
    values = {"client_id": client.id, "client": client.full_name, "field": tap.field, "now": now}
    await turn.begin(EDITING, values, back=EditClient(client.id))


def _edit_step(field: Field, question: Question) -> Step:
    async def ask(ctx: FormContext) -> str:
        now = ctx.maybe("now", str)
        line = ctx.t("Now: <b>{value}</b>", value=now) + "\n" if now else ""
        return ctx.t("👤 {client}", client=ctx.value("client", str)) + f"\n{line}\n{ctx.t(question.ask)}"

    async def choices(ctx: FormContext) -> Sequence[Choice]:
        offered = [Choice(gender, ctx.t(label)) for gender, label in GENDERS.items()]
        shown = offered if field is Field.GENDER else []
        may_empty = not question.required and ctx.maybe("now", str)
        return [*shown, Choice(EMPTY, ctx.t("Empty it"))] if may_empty else shown

    def when(ctx: FormContext) -> bool:
        return ctx.value("field", Field) is field

    return Step(
        f"to_{field}", question.label, ask, parse=question.parse, choices=choices, columns=2, when=when
    )


async def _save(ctx: FormContext) -> Screen:
    field = ctx.value("field", Field)
    changes = ClientChanges.model_validate({field.value: _new_value(ctx, field)})
    async with ctx.unit_of_work() as uow:
        client = await ClientService(uow).edit(ctx.value("client_id", UUID), changes)
    label = ctx.t(QUESTIONS[field].label)
    return _fields(ctx.t, client, ctx.t("✅ {label} saved.", label=label))


def _new_value(ctx: FormContext, field: Field) -> object:
    name = f"to_{field}"
    if field is Field.BIRTH_DATE and ctx.maybe(name, object) != EMPTY:
        return ctx.value(name, date)
    text = ctx.value(name, str)
    match field:
        case Field.TAGS:
            return [tag[:40] for part in text.split(",") if (tag := part.strip())]
        case Field.DOCUMENT:
            return parse_document(text) if text else None
        case _:
            return text or None


EDITING = router.form(
    Form(
        name="edit_client",
        title=N_("Change a client"),
        steps=[_edit_step(field, question) for field, question in QUESTIONS.items()],
        submit=_save,
        confirm=None,
    )
)


# Blocking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(BlockClient)
async def block(turn: Turn, tap: BlockClient) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
    values = {"client_id": client.id, "client": client.full_name}
    await turn.begin(BLOCKING, values, back=Card(client.id))


async def _days(ctx: FormContext) -> Sequence[Choice]:
    today = ctx.turn.today
    return [
        Choice(today + timedelta(days=days), ctx.t.plural("{count} day", "{count} days", days))
        for days in (1, 3, 7)
    ]


def _read_day(text: str, ctx: FormContext) -> date:
    return parse_day(text, ctx.turn.today)


def _read_reason(text: str, ctx: FormContext) -> str:
    return parse_reason(text)


async def _block_summary(ctx: FormContext) -> str:
    return ctx.t(
        "⛔ {client} may not come in until {until}, that day included.\nReason: {reason}",
        client=ctx.value("client", str),
        until=ctx.value("until", date),
        reason=ctx.value("reason", str),
    )


async def _block(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        client = await ClientService(uow).block(
            ctx.value("client_id", UUID), ctx.value("until", date), ctx.value("reason", str)
        )
    text = ctx.t("⛔ {client} is blocked until {until}.", client=client.full_name, until=client.blocked_until)
    return Screen(text, [nav(ctx.t, back=Card(client.id))])


BLOCKING = router.form(
    Form(
        name="block_client",
        title=N_("Block a client"),
        steps=[
            Step(
                "until",
                N_("Until"),
                N_("Until which day, that day included? Choose or type one such as 3/8/2026."),
                choices=_days,
                parse=_read_day,
                columns=3,
            ),
            Step("reason", N_("Reason"), N_("Why? Write it in a few words."), parse=_read_reason),
        ],
        summary=_block_summary,
        submit=_block,
        confirm=N_("Block"),
    )
)


@router.on(Unblock)
async def unblock(turn: Turn, tap: Unblock) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).unblock(tap.client_id)
    await turn.answer(turn.t("{client} may come in again.", client=client.full_name))
    await turn.go(Card(client.id))


# Leaving and coming back ──────────────────────────────────────────────────────────────────────────────────


@router.on(AskDeactivate)
async def ask_deactivate(turn: Turn, tap: AskDeactivate) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
    t = turn.t
    text = t(
        "Deactivate <b>{client}</b>?\n\nAccess ends at once and the face is not recognised any more. "
        "Money and visits stay, and you can reactivate later.",
        client=client.full_name,
    )
    row = [button(t("Keep"), Card(client.id)), button(t("Deactivate"), Deactivate(client.id))]
    await turn.show(Screen(text, [row]))


@router.on(Deactivate)
async def deactivate(turn: Turn, tap: Deactivate) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).deactivate(tap.client_id)
    await turn.answer(turn.t("{client} is deactivated.", client=client.full_name))
    await turn.go(Card(client.id))


@router.on(Reactivate)
async def reactivate(turn: Turn, tap: Reactivate) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).reactivate(tap.client_id)
    await turn.answer(turn.t("{client} is active again.", client=client.full_name))
    await turn.go(Card(client.id))
