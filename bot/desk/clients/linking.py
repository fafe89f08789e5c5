"""A client's own chat: linked by a QR at the desk, unlinked again."""

from __future__ import annotations

from uuid import UUID

from bot.desk.buttons import Card, LinkClient
from bot.desk.deep_links import link_screen
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.routing import Audience, Router
from bot.ui.screens import Screen
from bot.ui.update_context import Turn
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.security.one_time_links import IssuedLink
from gym.settings.addresses import bot_link

router = Router(Audience.STAFF)


@callback("unlink", changes=True)
class Unlink(Callback):
    client_id: UUID


@router.on(LinkClient)
async def link_client(turn: Turn, tap: LinkClient) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        link = None if client.telegram_id else await ClientService(uow).issue_link(client.id)
    back = [nav(turn.t, back=Card(client.id))]
    if link is None:
        await turn.show(_linked(turn, client))
    else:
        await turn.show(await link_offer(turn, client, link, back))


async def link_offer(turn: Turn, client: Client, link: IssuedLink, keyboard: Keyboard) -> Screen:
    """The QR that the client scans with their phone."""
    how = turn.t(
        "📱 Let <b>{client}</b> scan this with their phone: plan, visits and the door's QR in their own "
        "chat. It works once, for 24 hours.",
        client=client.full_name,
    )
    return await link_screen(turn, how, bot_link(turn.settings, link.token), keyboard)


def _linked(turn: Turn, client: Client) -> Screen:
    t = turn.t
    text = t(
        "💬 <b>{client}</b> linked a chat on {when}.\n\nUnlink it if the phone was lost or it was the "
        "wrong person; a new link can be made right after.",
        client=client.full_name,
        when=client.linked_at,
    )
    return Screen(text, [[button(t("Keep"), Card(client.id)), button(t("Unlink"), Unlink(client.id))]])


@router.on(Unlink)
async def unlink(turn: Turn, tap: Unlink) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).unlink(tap.client_id)
    await turn.answer(turn.t("The chat is unlinked."))
    await turn.go(LinkClient(client.id))
