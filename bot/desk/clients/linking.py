"""A client's own chat: linked by a QR at the desk, unlinked again."""

from __future__ import annotations

from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, LinkClient
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav, yes_no
from bot.ui.links import link_screen
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.security.one_time_links import IssuedLink
from gym.settings.addresses import bot_link

router = Router(Audience.STAFF)


@callback("unlink", changes=True)
class Unlink(Callback):
    client_id: UUID


@router.on(LinkClient)
async def link_client(context: UpdateContext, press: LinkClient) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        link = None if client.telegram_id else await ClientService(uow).issue_link(client.id)
    back = [nav(context.t, back=Card(client.id))]
    if link is None:
        await context.show(_linked(context, client))
    else:
        await context.show(await link_offer(context, client, link, back))


async def link_offer(context: UpdateContext, client: Client, link: IssuedLink, keyboard: Keyboard) -> Screen:
    """The QR that the client scans with their own phone."""
    how = context.t(
        "📱 Let <b>{client}</b> scan this with their phone: plan, visits and the door's QR in their own "
        "chat. It works once, for 24 hours.",
        client=client.full_name,
    )
    return await link_screen(context, how, bot_link(context.settings, link.token), keyboard)


def _linked(context: UpdateContext, client: Client) -> Screen:
    t = context.t
    text = t(
        "💬 <b>{client}</b> linked a chat on {when}.\n\nUnlink it if the phone was lost or it was the "
        "wrong person; a new link can be made right after.",
        client=client.full_name,
        when=client.linked_at,
    )
    return Screen(text, [yes_no(t, button(t("Unlink"), Unlink(client.id)), Card(client.id))])


@router.on(Unlink)
async def unlink(context: UpdateContext, press: Unlink) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).unlink(press.client_id)
    await context.answer(context.t("The chat is unlinked."))
    await go(context, LinkClient(client.id))
