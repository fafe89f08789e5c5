"""Search for clients: by name, document or phone, in pages of eight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from bot.desk.clients.document_doubts import doubts_row
from bot.desk.money.doubts import money_doubts_row
from bot.desk.money.unbegun import unbegun_charges_row
from bot.routing.help_answers import answer_help
from bot.routing.navigation import go
from bot.routing.restore_code import answer_restore_code
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import (
    Card,
    ClientSearch,
    RegisterClient,
    RegisterNamed,
)
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.callback_fields import carried_words
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.database.repository import Page
from gym.core.language import N_
from gym.core.reading.amounts import AmountNegative, NotAnAmount, read_amount
from gym.importing.reading.names import capitalized

router = Router(Audience.STAFF)
NAME: Final = re.compile(r"[^\W\d_]+(?:[ .,'’-]+[^\W\d_]+){0,5}[.]?")
"""One to six words of letters: what may be somebody's name."""
NAME_BYTES: Final = 58
"""Bytes of callback data left for a name beside its code."""
DOCUMENT: Final = re.compile(r"[0-9]{7,}")
"""Digits of a document or phone; prices of so many digits end in noughts."""


router.manage(MenuGroup.PEOPLE, N_("👥 Clients"), ClientSearch())


@router.text
async def search(context: UpdateContext) -> None:
    """A restore's code, words that ask for help, else a search for clients; one hit is shown as its card."""
    if not (await answer_restore_code(context) or await answer_help(context, context.text)):
        await _show_found(context, context.text, 0, typed=True)


@router.on(ClientSearch)
async def found(context: UpdateContext, press: ClientSearch) -> None:
    await _show_found(context, press.words, press.page)


@router.command("clients", N_("Find a client"))
async def clients_command(context: UpdateContext) -> None:
    await _show_found(context, context.payload, 0)


async def _show_found(context: UpdateContext, words: str, page: int, *, typed: bool = False) -> None:
    async with context.unit_of_work() as uow:
        clients = await ClientService(uow).search(words, page)
    if words and clients.total == 1:
        await go(context, Card(clients.items[0].id))
        return
    if typed and not clients.total and await answer_help(context, words, all_words=True):
        return
    doubts = [] if words else await _to_look_at(context)
    if not clients.total and _is_amount(context, words):
        await context.show(_answers_nothing(context.t, words))
        return
    await context.show(_results(context.t, words, clients, doubts))


def _is_amount(context: UpdateContext, words: str) -> bool:
    """Whether the words may be the answer to a form that is not open any more: `50000`, `100 mil`, `-5`."""
    if DOCUMENT.fullmatch(words) and not words.endswith("00"):
        return False
    try:
        read_amount(words, context.conventions)
    except AmountNegative:
        return True
    except NotAnAmount:
        return False
    return True


def _answers_nothing(t: HtmlTranslator, words: str) -> Screen:
    text = t(
        "No question is open, so “{words}” was written nowhere. Open the client's card and start again "
        "there. Nobody has it as a document, phone or card number either.",
        words=words,
    )
    rows = [[button(t("👥 Clients"), ClientSearch()), button(t("➕ Register"), RegisterClient())]]
    return Screen(text, [*rows, nav(t)])


async def _to_look_at(context: UpdateContext) -> list[Row]:
    """Buttons to the lists of what an earlier release left wrong; for admins."""
    rows = (doubts_row, money_doubts_row, unbegun_charges_row)
    return [row for kind in rows for row in await kind(context)]


def _results(t: HtmlTranslator, words: str, clients: Page[Client], doubts: Sequence[Row] = ()) -> Screen:
    new = [button(t("➕ Register a client"), RegisterClient(), wide=True)]
    named = _registers_by_name(t, words)
    back = nav(t, back=None if words else ManageGroup(MenuGroup.PEOPLE))
    if not clients.total:
        return Screen(_nobody(t, words), [named or new, back])
    rows = [[button(_label(client), Card(client.id), wide=True)] for client in clients.items]
    carried = carried_words(words)
    pages = pager(clients.number, clients.pages, lambda number: ClientSearch(carried, number))
    return Screen(_heading(t, words, clients.total), [*rows, pages, *doubts, new, back])


def _registers_by_name(t: HtmlTranslator, words: str) -> Row:
    """The way to register whoever was not found; none where no name was searched for or it is too long."""
    name = capitalized(words.strip())
    if not NAME.fullmatch(name) or len(quote(name, safe=" ")) > NAME_BYTES:
        return []
    return [button(t("➕ Register {name}", name=name), RegisterNamed(name), wide=True)]


def _nobody(t: HtmlTranslator, words: str) -> str:
    if not words:
        return t("No clients yet. Register the first one.")
    return t("Nobody found for “{words}”. Try a document or phone, or register a new client.", words=words)


def _heading(t: HtmlTranslator, words: str, total: int) -> str:
    if not words:
        return t.plural("{count} client", "{count} clients", total)
    return t.plural("{count} client for “{words}”", "{count} clients for “{words}”", total, words=words)


def _label(client: Client) -> str:
    mark = "" if client.active else "⚪ "
    hint = client.document_number or client.phone
    return f"{mark}{client.full_name} · {hint}" if hint else f"{mark}{client.full_name}"
