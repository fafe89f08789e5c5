"""A client's fields at the desk, changed one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.desk.clients.fields import candidates, parser_of, shown, value_of_answer
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.clients.fields.row import ClientField
from gym.clients.fields.table import CLIENT_FIELDS, FieldKey
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges
from gym.clients.service import ClientService
from gym.core.language import N_

router = Router(Audience.STAFF)
EMPTY: Final = ""
"""The answer that empties a field."""
REFERRER: Final = "referrer"
"""The step where one of the members that were found is chosen."""


@callback("edit")
class EditClient(Callback):
    """Show the fields of a client."""

    client_id: UUID


@callback("editf")
class EditField(Callback):
    client_id: UUID
    field: FieldKey


# Editing ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(EditClient)
async def edit(context: UpdateContext, press: EditClient) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        referrer = await ClientService(uow).referrer(client)
    await context.show(_fields(context.t, client, referrer))


def _fields(t: HtmlTranslator, client: Client, referrer: Client | None, heading: str = "") -> Screen:
    lines = [
        t("{label}: <b>{value}</b>", label=t(row.label), value=_now(t, client, referrer, row) or "–")
        for row in CLIENT_FIELDS.values()
    ]
    buttons = [button(t(field.row.label), EditField(client.id, field)) for field in FieldKey]
    text = "\n".join([heading or t("✏️ What changes?"), "", *lines])
    return Screen(text, [*grid(buttons), nav(t, back=Card(client.id))])


def _now(t: HtmlTranslator, client: Client, referrer: Client | None, row: ClientField) -> str:
    """A field's value as plain text; empty when there is none."""
    if row.reader.kind is UUID:
        return referrer.full_name if referrer else ""
    return shown(t, row, client)


@router.on(EditField)
async def edit_field(context: UpdateContext, press: EditField) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        referrer = await ClientService(uow).referrer(client)
    now = _now(context.t, client, referrer, press.field.row)
    values = {"client_id": client.id, "client": client.full_name, "field": press.field, "now": now}
    await begin(context, EDITING, values, back=EditClient(client.id))


def _edit_step(row: ClientField) -> Step:
    async def ask(ctx: FormContext) -> str:
        now = ctx.maybe("now", str)
        line = ctx.t("Now: <b>{value}</b>", value=now) + "\n" if now else ""
        return ctx.t("👤 {client}", client=ctx.value("client", str)) + f"\n{line}\n{ctx.t(row.question)}"

    async def choices(ctx: FormContext) -> Sequence[Choice]:
        offered = [Choice(value, ctx.t(label)) for value, label in (row.choices or {}).items()]
        may_empty = not row.required and ctx.maybe("now", str)
        return [*offered, Choice(EMPTY, ctx.t("Empty it"))] if may_empty else offered

    def when(ctx: FormContext) -> bool:
        return ctx.value("field", FieldKey) == row.key

    return Step(
        f"to_{row.key}",
        row.label,
        ask,
        parse=parser_of(row),
        choices=choices,
        columns=2,
        when=when,
        resets=(REFERRER,),
    )


def _names_referrer(ctx: FormContext) -> bool:
    row = ctx.value("field", FieldKey).row
    return bool(row.reader.kind is UUID and ctx.maybe(f"to_{row.key}", str))


async def _referrers(ctx: FormContext) -> Sequence[Choice]:
    found = await candidates(ctx, ctx.value("to_referred_by", str))
    return [Choice(one.id, f"{one.full_name} {(one.phone or '')[-4:]}".strip()) for one in found]


WHICH_REFERRER: Final = Step(
    REFERRER,
    N_("Brought by"),
    N_("Which of them? The last four digits of the phone stand behind the name."),
    choices=_referrers,
    when=_names_referrer,
)


async def _save(ctx: FormContext) -> Screen:
    row = ctx.value("field", FieldKey).row
    changes = ClientChanges.model_validate({row.key: _new_value(ctx, row)})
    async with ctx.unit_of_work() as uow:
        client = await ClientService(uow).edit(ctx.value("client_id", UUID), changes)
        referrer = await ClientService(uow).referrer(client)
    return _fields(ctx.t, client, referrer, ctx.t("✅ {label} saved.", label=ctx.t(row.label)))


def _new_value(ctx: FormContext, row: ClientField) -> object:
    answer = ctx.value(f"to_{row.key}", object)
    if row.reader.kind is UUID:
        return ctx.value(REFERRER, UUID) if answer else None
    return value_of_answer(row, answer)


EDITING = router.form(
    Form(
        name="edit_client",
        title=N_("Change a client"),
        steps=[*map(_edit_step, CLIENT_FIELDS.values()), WHICH_REFERRER],
        submit=_save,
        confirm=None,
    )
)
