"""A client's language, changed by staff: what the bot writes to them from then on."""

from __future__ import annotations

from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import Callback, UnknownButton, callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import LANGUAGE_NAMES
from gym.clients.service import ClientService
from gym.core.language import LANGUAGES

router = Router(Audience.STAFF)


@callback("clang")
class ClientLanguages(Callback):
    """Ask for the language of a client."""

    client_id: UUID


@callback("clangs")
class SetClientLanguage(Callback):
    client_id: UUID
    language: str


@router.on(ClientLanguages)
async def client_languages(context: UpdateContext, press: ClientLanguages) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    t = context.t
    text = t(
        "🌐 Which language does <b>{client}</b> read? It is {language} now.",
        client=client.full_name,
        language=LANGUAGE_NAMES[client.language],
    )
    choices = [button(LANGUAGE_NAMES[code], SetClientLanguage(client.id, code)) for code in LANGUAGES]
    await context.show(Screen(text, [*grid(choices), nav(t, back=Card(client.id))]))


@router.on(SetClientLanguage)
async def set_client_language(context: UpdateContext, press: SetClientLanguage) -> None:
    if press.language not in LANGUAGES:
        raise UnknownButton
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).set_language(press.client_id, press.language)
    words = context.t(
        "{client} reads {language} now.", client=client.full_name, language=LANGUAGE_NAMES[press.language]
    )
    await context.answer(words)
    await go(context, Card(press.client_id))
