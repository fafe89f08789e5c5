"""Requests to the control API: arguments, a place in a conversation, seconds to wait."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.api.arguments import Arguments, read_arguments
from bot.sandbox.control.conversation import ConversationPlace
from bot.sandbox.control.guises import Guise
from bot.sandbox.errors import (
    BadField,
    BotApiError,
)

LONGEST_WAIT_SECONDS = 60.0


async def read_request(request: web.Request) -> Arguments:
    """JSON, form or multipart. Raises `BadField`."""
    try:
        return await read_arguments(request)
    except BotApiError as error:
        raise BadField("body", error.description) from error


def read_place(arguments: Arguments) -> ConversationPlace:
    """Raises `BadField` for an unknown guise."""
    guise = arguments.text("guise")
    if guise and guise not in {one.value for one in Guise}:
        raise BadField("guise", ", ".join(Guise))
    return ConversationPlace(
        arguments.integer("chat"),
        arguments.integer("thread"),
        arguments.integer("reply_to"),
        Guise(guise) if guise else None,
    )


def read_seconds(text: str, default: float) -> float:
    """At most `LONGEST_WAIT_SECONDS`. Raises `BadField`."""
    try:
        return min(float(text), LONGEST_WAIT_SECONDS) if text else default
    except ValueError as error:
        raise BadField("wait", "seconds") from error
