"""A client's fields in chat: parsed in a form, kept in a draft and shown, each by its row of the table."""

from __future__ import annotations

from datetime import date
from typing import Final, cast
from uuid import UUID

from bot.forms.definition import FormContext, Parse
from bot.ui.screens import HtmlTranslator
from gym.clients.errors import ReferrerUnknown
from gym.clients.fields.documents import Document, parse_document
from gym.clients.fields.parsers import ParseContext, parse_text
from gym.clients.fields.row import ClientField
from gym.clients.models import Client
from gym.clients.service import ClientService

LONGEST_TAGS: Final = 200
LONGEST_TAG: Final = 40
"""Letters of one tag as it is kept, and of all tags as they are typed."""


def parser_of(row: ClientField) -> Parse | None:
    """The reader of a typed answer; None where the answer is only chosen."""
    if row.choices is not None:
        return None
    if row.reader.kind is UUID:
        return _read_referrer
    if row.reader.kind == list[str]:
        return _read_tags

    def read(text: str, ctx: FormContext) -> object:
        assert row.reader.parse is not None, "only a referrer is not typed"
        value = row.reader.parse(text, _parse_context(ctx))
        # A draft keeps plain JSON values.
        return str(value) if isinstance(value, Document) else value

    return read


def value_of_answer(row: ClientField, answer: object) -> object:
    """The field's value for a kept answer; an empty answer empties the field."""
    if row.reader.kind == list[str]:
        return [tag[:LONGEST_TAG] for part in str(answer or "").split(",") if (tag := part.strip())]
    if answer and row.reader.kind is Document:
        return parse_document(str(answer))
    return answer or None


def shown(t: HtmlTranslator, row: ClientField, client: Client) -> str:
    """A client's value as plain text; empty when there is none."""
    value = row.value_of(client)
    if value is not None and row.choices is not None:
        return t(row.choices[value])
    if isinstance(value, list):
        return ", ".join(cast("list[str]", value))
    if isinstance(value, date):
        return t.day(value)
    return str(value or "")


async def candidates(ctx: FormContext, words: str) -> list[Client]:
    """Members who may be meant as the one who brought this client."""
    async with ctx.unit_of_work() as uow:
        found = await ClientService(uow).search(words)
    return [one for one in found.items if one.id != ctx.maybe("client_id", UUID)]


async def _read_referrer(text: str, ctx: FormContext) -> str:
    """The typed words, if they find anybody; which person is chosen in the next step."""
    if not await candidates(ctx, text):
        raise ReferrerUnknown
    return text[:80]


def _read_tags(text: str, ctx: FormContext) -> str:
    """Tags as typed; too many are refused when they are saved."""
    return parse_text(text, LONGEST_TAGS)


def _parse_context(ctx: FormContext) -> ParseContext:
    return ParseContext(ctx.context.settings.phone_region, ctx.context.today)
