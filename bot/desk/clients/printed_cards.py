"""Printed cards: a QR for members without a chat, handed out, replaced and revoked."""

from __future__ import annotations

from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, CardsToPrint, PrintedCardOf
from bot.ui.buttons.door import KioskList
from bot.ui.callbacks import Callback, callback
from bot.ui.documents import send_card, send_sheets
from bot.ui.keyboards import button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.attendance.cards.printed_sheets import MOST, CardSheets
from gym.clients.models import Client
from gym.clients.service import ClientService

router = Router(Audience.STAFF)


@callback("pcnew", changes=True)
class MakeCard(Callback):
    """Print a card; `after` is the serial that was shown, so that a second press prints the same card."""

    client_id: UUID
    after: int


@callback("pcask")
class AskNewCard(Callback):
    client_id: UUID


@callback("pcprnt")
class PrintAgain(Callback):
    client_id: UUID


@callback("pcoff", changes=True)
class RevokeCard(Callback):
    client_id: UUID


@callback("pcmake", changes=True)
class MakeSheets(Callback):
    """Print cards for all who need one, on sheets to cut."""


@router.on(PrintedCardOf)
async def printed_card(context: UpdateContext, press: PrintedCardOf) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    await context.show(_screen(context.t, client))


def _screen(t: HtmlTranslator, client: Client) -> Screen:
    back = nav(t, back=Card(client.id))
    if client.card_issued_at is None:
        text = t(
            "🪪 <b>{client}</b> has no printed card.\n\nIts QR opens the door without a phone and without a "
            "face. It works until you revoke it.",
            client=client.full_name,
        )
        return Screen(text, [[button(t("Make a card"), MakeCard(client.id, client.card_serial))], back])
    text = t(
        "🪪 <b>{client}</b> has a printed card, made on {when}.\n\nLost? Revoke it, or make a new one: the "
        "old one stops working at once.",
        client=client.full_name,
        when=client.card_issued_at,
    )
    row = [button(t("New card"), AskNewCard(client.id)), button(t("Revoke"), RevokeCard(client.id))]
    return Screen(text, [[button(t("📄 Print again"), PrintAgain(client.id))], row, back])


@router.on(AskNewCard)
async def ask_new_card(context: UpdateContext, press: AskNewCard) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    t = context.t
    text = t(
        "Make a new card for <b>{client}</b>?\n\nThe card they have opens nothing from then on.",
        client=client.full_name,
    )
    make = button(t("New card"), MakeCard(client.id, client.card_serial))
    await context.show(Screen(text, [yes_no(t, make, PrintedCardOf(client.id))]))


@router.on(MakeCard)
async def make_card(context: UpdateContext, press: MakeCard) -> None:
    async with context.unit_of_work() as uow:
        payload = await ClientService(uow).new_card(press.client_id, after=press.after)
        client = await ClientService(uow).get(press.client_id)
    await context.show(_screen(context.t, client))
    await send_card(context, client, payload)


@router.on(PrintAgain)
async def print_again(context: UpdateContext, press: PrintAgain) -> None:
    async with context.unit_of_work() as uow:
        payload = await ClientService(uow).card(press.client_id)
        client = await ClientService(uow).get(press.client_id)
    await send_card(context, client, payload)


@router.on(RevokeCard)
async def revoke_card(context: UpdateContext, press: RevokeCard) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).revoke_card(press.client_id)
    await context.answer(context.t("The card is revoked: it opens nothing any more."))
    await context.show(_screen(context.t, client))


# Sheets ───────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(CardsToPrint)
async def cards_to_print(context: UpdateContext, _: CardsToPrint) -> None:
    async with context.unit_of_work() as uow:
        count = await CardSheets(uow).waiting()
    t = context.t
    back = nav(t, back=KioskList())
    if not count:
        text = t(
            "🪪 Everybody with a plan has a chat or a card.\n\nA single card is made on the client's card."
        )
        await context.show(Screen(text, [back]))
        return
    text = t.plural(
        "🪪 <b>{count} member</b> with a plan has neither a chat nor a card.",
        "🪪 <b>{count} members</b> with a plan have neither a chat nor a card.",
        count,
    )
    text += "\n\n" + t("Their cards come as sheets to print and to cut, ten on a page.")
    some = min(count, MOST)
    make = button(t.plural("Make {count} card", "Make {count} cards", some), MakeSheets())
    await context.show(Screen(text, [[make], back]))


@router.on(MakeSheets)
async def make_sheets(context: UpdateContext, _: MakeSheets) -> None:
    async with context.unit_of_work() as uow:
        issued = await CardSheets(uow).issue()
    await go(context, CardsToPrint())
    if issued:
        await send_sheets(context, issued)
