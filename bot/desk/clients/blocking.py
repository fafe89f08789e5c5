"""Blocking, deactivation and return of clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from bot.forms.answers import read_coming_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import REASON
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, Reactivate, Unblock
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav, yes_no
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes

router = Router(Audience.STAFF)


@callback("block")
class BlockClient(Callback):
    client_id: UUID


@callback("askoff")
class AskDeactivate(Callback):
    client_id: UUID


@callback("off", changes=True)
class Deactivate(Callback):
    client_id: UUID


# Blocking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(BlockClient)
async def block(context: UpdateContext, press: BlockClient) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        await FourEyes(uow).require_another(client.id, Permission.BLOCK_SHORT, acts=False)
    values = {"client_id": client.id, "client": client.full_name}
    await begin(context, BLOCKING, values, back=Card(client.id))


async def _days(ctx: FormContext) -> Sequence[Choice]:
    today = ctx.context.today
    offered = (1, 3, 7, 30, 90, 365) if ctx.context.identity.may(Permission.BLOCK_LONG) else (1, 3, 7)
    return [
        Choice(today + timedelta(days=days), ctx.t.plural("{count} day", "{count} days", days))
        for days in offered
    ]


async def _read_day(text: str, ctx: FormContext) -> date:
    day = read_coming_day(text, ctx)
    async with ctx.unit_of_work() as uow:
        ClientService(uow).check_block(day)
    return day


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
                N_("Until which day, that day included? Choose or type one, such as 3 August or Friday."),
                choices=_days,
                parse=_read_day,
                columns=3,
            ),
            REASON,
        ],
        summary=_block_summary,
        submit=_block,
        confirm=N_("Block"),
    )
)


@router.on(Unblock)
async def unblock(context: UpdateContext, press: Unblock) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).unblock(press.client_id)
    await context.answer(context.t("{client} may come in again.", client=client.full_name))
    await go(context, Card(client.id))


# Leaving and coming back ──────────────────────────────────────────────────────────────────────────────────


@router.on(AskDeactivate)
async def ask_deactivate(context: UpdateContext, press: AskDeactivate) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    t = context.t
    text = t(
        "Deactivate <b>{client}</b>?\n\nAccess ends at once and the face is not recognised any more. "
        "Money and visits stay, and you can reactivate later.",
        client=client.full_name,
    )
    row = yes_no(t, button(t("Deactivate"), Deactivate(client.id)), Card(client.id))
    await context.show(Screen(text, [row]))


@router.on(Deactivate)
async def deactivate(context: UpdateContext, press: Deactivate) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).deactivate(press.client_id)
    await context.answer(context.t("{client} is deactivated.", client=client.full_name))
    await go(context, Card(client.id))


@router.on(Reactivate)
async def reactivate(context: UpdateContext, press: Reactivate) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).reactivate(press.client_id)
    await context.answer(context.t("{client} is active again.", client=client.full_name))
    await go(context, Card(client.id))
