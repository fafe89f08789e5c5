"""Entities that a bot gives beside its text instead of marking it up."""

from __future__ import annotations

from typing import cast

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import (
    WrongField,
    integer_field,
    object_field,
    object_of,
    optional_text,
    parsing,
    text_field,
)
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.store import Json

PLAIN = frozenset(
    {"bold", "italic", "underline", "strikethrough", "spoiler", "code", "blockquote", "expandable_blockquote"}
)
NOTICED = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
"""Kinds that Telegram finds by itself: a bot's own are passed over."""


def read_entities(arguments: Arguments, name: str) -> list[Json]:
    """The entities; what is no array is passed over, as at Telegram, a wrong entity refused."""
    try:
        given: object = arguments.structure(name)
    except BadRequest:
        return []
    if not isinstance(given, list):
        return []
    with parsing("MessageEntity"):
        read = [_entity(item) for item in cast("list[object]", given)]
    return [entity for entity in read if entity["type"] not in NOTICED]


def _entity(given: object) -> Json:
    entity = object_of(given, "expected an Object")
    place: Json = {"offset": integer_field(entity, "offset"), "length": integer_field(entity, "length")}
    kind = text_field(entity, "type")
    return {"type": kind, **place, **_more(kind, entity)}


def _more(kind: str, entity: Json) -> Json:
    """What this kind has beside its place."""
    match kind:
        case "pre":
            language = optional_text(entity, "language")
            return {"language": language} if language else {}
        case "text_link":
            return {"url": text_field(entity, "url")}
        case "text_mention":
            user = object_field(entity, "user")
            return {"user": {**user, "id": integer_field(user, "id")}}
        case "custom_emoji":
            return {"custom_emoji_id": text_field(entity, "custom_emoji_id")}
        case "date_time":
            form = optional_text(entity, "date_time_format")
            moment: Json = {"unix_time": integer_field(entity, "unix_time")}
            return {**moment, "date_time_format": form} if form else moment
        case _ if kind in PLAIN | NOTICED:
            return {}
        case "":
            raise WrongField("Type is not specified")
        case _:
            raise WrongField("Unsupported type specified")
