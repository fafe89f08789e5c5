"""Guises: identities under which somebody writes in a group instead of their own."""

from __future__ import annotations

from enum import StrEnum

from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.store import Json

CHANNEL: Json = {"id": -1_002_000_000_000, "type": "channel", "title": "News"}


class Guise(StrEnum):
    """The users and names are Telegram's own (core.telegram.org/bots/api#message, `sender_chat`)."""

    ANONYMOUS = "anonymous"
    """An administrator who stays anonymous: the message comes from the group."""
    CHANNEL = "channel"
    """A person who writes as the own channel."""
    LINKED = "linked"
    """A post of the linked channel, forwarded into the group by Telegram itself."""
    INLINE = "inline"
    """Words of an inline bot that the person has picked."""


def disguised(guise: Guise, person: SandboxPerson, group: SandboxGroup, date: int) -> tuple[Json, Json]:
    """The user a message comes from, and the fields it carries beside."""
    match guise:
        case Guise.ANONYMOUS:
            return _bot(1_087_968_824, "Group", "GroupAnonymousBot"), {"sender_chat": group.as_chat()}
        case Guise.CHANNEL:
            return _bot(136_817_688, "Channel", "Channel_Bot"), {"sender_chat": CHANNEL}
        case Guise.LINKED:
            origin: Json = {"type": "channel", "date": date, "chat": CHANNEL, "message_id": 1}
            user: Json = {"id": 777_000, "is_bot": False, "first_name": "Telegram"}
            forward: Json = {"is_automatic_forward": True, "forward_origin": origin}
            return user, {"sender_chat": CHANNEL, **forward}
        case Guise.INLINE:
            return person.as_user(), {"via_bot": _bot(140_267_078, "GIF", "gif")}


def _bot(number: int, name: str, username: str) -> Json:
    return {"id": number, "is_bot": True, "first_name": name, "username": username}
