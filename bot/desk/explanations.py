"""*Why?* at the desk: under a client's card or verdict, and under a receipt."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, WhyClient
from bot.ui.buttons.money import ShowReceipt, WhyReceipt
from bot.ui.keyboards import nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.explanations.accounts import account_lines
from bot.ui.wording.explanations.client import explanation_text
from gym.clients.service import ClientService
from gym.explanations.service import ExplanationService

router = Router(Audience.STAFF)


@router.on(WhyClient)
async def why_client(context: UpdateContext, press: WhyClient) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        found = await ExplanationService(uow).of_client(press.client_id)
    t = context.t
    heading = t("❓ <b>{client}</b>", client=client.full_name)
    text = f"{heading}\n\n{explanation_text(t, found)}"
    await context.show(Screen(text, [nav(t, back=Card(press.client_id))]))


@router.on(WhyReceipt)
async def why_receipt(context: UpdateContext, press: WhyReceipt) -> None:
    async with context.unit_of_work() as uow:
        found = await ExplanationService(uow).receipt(press.entry_id)
    t = context.t
    lines = [t("❓ <b>Up to this receipt</b>"), "", *account_lines(t, found)]
    await context.show(Screen("\n".join(lines), [nav(t, back=ShowReceipt(press.entry_id))]))
