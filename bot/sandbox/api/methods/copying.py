"""Methods that forward messages with their origin, or copy them without."""

from __future__ import annotations

from typing import cast

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import WHOLE
from bot.sandbox.api.methods.outgoing import Envelope, address, read_caption
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

MOST_IDS = 100
OWN = (
    "message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup", "media_group_id",
    "message_thread_id", "is_topic_message", "forward_origin", "effect_id", "quote",
)  # fmt: skip
"""Fields of the message itself, which its copies do not have."""
SERVICE = (
    "new_chat_members", "left_chat_member", "pinned_message", "forum_topic_created", "group_chat_created"
)  # fmt: skip


async def forward_message(state: SandboxState, arguments: Arguments) -> Json:
    message = _found(state, arguments, arguments.message(), "forward")
    return _forward(state, address(state, arguments), message)


async def forward_messages(state: SandboxState, arguments: Arguments) -> list[Json]:
    """Forward several; those that are deleted are passed over, as at Telegram."""
    there = _all_found(state, arguments)
    envelope = address(state, arguments)
    return [_number(_forward(state, envelope, message)) for message in there]


async def copy_message(state: SandboxState, arguments: Arguments) -> Json:
    message = _found(state, arguments, arguments.message(), "copy")
    content = _content(message)
    if "caption" in arguments.values and "text" not in content:
        bare = {name: value for name, value in content.items() if not name.startswith("caption")}
        content = bare | read_caption(arguments)
    return _number(address(state, arguments).post(state, content))


async def copy_messages(state: SandboxState, arguments: Arguments) -> list[Json]:
    there = _all_found(state, arguments)
    envelope = address(state, arguments)
    return [_number(envelope.post(state, _content(message))) for message in there]


def _forward(state: SandboxState, envelope: Envelope, message: StoredMessage) -> Json:
    body = message.body
    origin = {"type": "user", "sender_user": body["from"], "date": body["date"]}
    return envelope.post(state, {"forward_origin": body.get("forward_origin", origin), **_content(message)})


def _content(message: StoredMessage) -> Json:
    return {name: value for name, value in message.body.items() if name not in OWN}


def _number(message: Json) -> Json:
    return {"message_id": message["message_id"]}


def _source(arguments: Arguments) -> int:
    arguments.require("from_chat_id")
    return Arguments({"chat_id": arguments.values["from_chat_id"]}).chat()


def _found(state: SandboxState, arguments: Arguments, number: int, what: str) -> StoredMessage:
    chat = state.chats.require(_source(arguments))
    message = state.messages.find(chat.id, number)
    if message is None or message.deleted:
        raise BadRequest(f"message to {what} not found")
    if is_service(message):
        raise BadRequest(f"the message can't be {'copied' if what == 'copy' else 'forwarded'}")
    return message


def _all_found(state: SandboxState, arguments: Arguments) -> list[StoredMessage]:
    """Telegram copies by forwarding, so both are refused in the same words."""
    source, numbers = _source(arguments), message_numbers(arguments)
    chat = state.chats.require(source)
    found = [state.messages.find(chat.id, number) for number in numbers]
    there = [message for message in found if message and not message.deleted and not is_service(message)]
    if sorted(set(numbers)) != numbers:
        raise BadRequest("message identifiers must be in a strictly increasing order")
    if not there:
        raise BadRequest("there are no messages to forward")
    return there


def message_numbers(arguments: Arguments) -> list[int]:
    """`message_ids`: 1 to 100 numbers above 0."""
    given: object = arguments.structure("message_ids")
    if given in (None, "", []):
        raise BadRequest("message identifiers are not specified")
    if not isinstance(given, list):
        raise BadRequest("expected an Array of message identifiers")
    listed = cast("list[object]", given)
    if len(listed) > MOST_IDS:
        raise BadRequest("too many message identifiers specified")
    return [_message_number(number) for number in listed]


def _message_number(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise BadRequest("message identifier must be a Number")
    if not WHOLE.fullmatch(str(given)):
        raise BadRequest("can't parse message identifier as Number")
    if int(given) <= 0:
        raise BadRequest("invalid message identifier specified")
    return int(given)


def is_service(message: StoredMessage) -> bool:
    return any(name in message.body for name in SERVICE)
