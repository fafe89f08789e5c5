"""Methods that edit and delete messages."""

from __future__ import annotations

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import parsing
from bot.sandbox.api.markup import read_markup
from bot.sandbox.api.methods.copying import is_service, message_numbers
from bot.sandbox.api.methods.outgoing import read_caption, read_text, require_short
from bot.sandbox.api.methods.sending import MEDIA_KINDS, keep_media, read_media
from bot.sandbox.errors import BadRequest, ChatForbidden
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

OLDEST_DELETABLE_SECONDS = 48 * 3600
CREATED = (
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "forum_topic_created",
)
"""Service messages about the making of a chat or topic: they cannot be deleted."""
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
TEXT_FIELDS = ("text", "entities")
CAPTION_FIELDS = ("caption", "caption_entities")


def _editable(state: SandboxState, arguments: Arguments) -> StoredMessage:
    if not arguments.text("chat_id") and not arguments.message():  # that would be an inline message
        raise BadRequest("message identifier is not specified")
    chat = state.chats.require_reachable(arguments.chat())
    message = state.messages.find(chat.id, arguments.message())
    if message is None or message.deleted:
        raise BadRequest("message to edit not found")
    # A keyboard under the input line, its removal or a forced reply is no part of the message: it stays.
    is_foreign = message.sender != state.bot.id or "forward_origin" in message.body
    if is_foreign or message.keyboard or is_service(message):
        raise BadRequest("message can't be edited")
    return message


def _without(body: Json, *names: str) -> Json:
    return {name: value for name, value in body.items() if name not in names}


def _save(state: SandboxState, arguments: Arguments, message: StoredMessage, body: Json) -> Json:
    """Save the edit. Raises when nothing would change, as Telegram does."""
    edited = read_markup(arguments, only_inline=True).on(body)
    if _without(edited, "edit_date") == _without(message.body, "edit_date"):
        raise BadRequest(NOT_MODIFIED)
    state.limits.spend(message.chat_id)
    state.feed.end_action(message.chat_id)
    return state.messages.rewrite(message, edited)


async def edit_message_text(state: SandboxState, arguments: Arguments) -> Json:
    content = read_text(arguments)
    message = _editable(state, arguments)
    if "text" not in message.body:
        raise BadRequest("there is no text in the message to edit")
    require_short(content, "MESSAGE_TOO_LONG")
    return _save(state, arguments, message, {**_without(message.body, *TEXT_FIELDS), **content})


async def edit_message_caption(state: SandboxState, arguments: Arguments) -> Json:
    content = read_caption(arguments)
    message = _editable(state, arguments)
    if "text" in message.body:
        raise BadRequest("there is no caption in the message to edit")
    return _save(state, arguments, message, {**_without(message.body, *CAPTION_FIELDS), **content})


async def edit_message_reply_markup(state: SandboxState, arguments: Arguments) -> Json:
    message = _editable(state, arguments)
    return _save(state, arguments, message, message.body)


async def edit_message_media(state: SandboxState, arguments: Arguments) -> Json:
    arguments.require("media")
    given: object = arguments.structure("media", "input media")
    with parsing("InputMedia"):
        item = read_media(arguments, given)
    _editable(state, arguments)
    media = await keep_media(state, arguments, item["type"], str(item["media"]))
    message = _editable(state, arguments)
    bare = _without(message.body, *TEXT_FIELDS, *CAPTION_FIELDS, *MEDIA_KINDS)
    return _save(state, arguments, message, {**bare, **media, **read_caption(Arguments(item))})


async def delete_message(state: SandboxState, arguments: Arguments) -> bool:
    if not arguments.text("chat_id"):
        raise BadRequest("chat identifier is not specified")
    if not arguments.message():
        raise BadRequest("message identifier is not specified")
    chat = state.chats.require(arguments.chat())
    message = state.messages.find(chat.id, arguments.message())
    if message is None or message.deleted:
        raise BadRequest("message to delete not found")
    _require_deletable(state, chat, message)
    state.messages.delete(message)
    return True


async def delete_messages(state: SandboxState, arguments: Arguments) -> bool:
    """Delete several, or none when one may not be deleted; those that are gone are passed over, as at
    Telegram."""
    numbers = message_numbers(arguments)
    chat = state.chats.require(arguments.chat())
    found = [state.messages.find(chat.id, number) for number in numbers]
    there = [message for message in found if message and not message.deleted]
    for message in there:
        _require_deletable(state, chat, message)
    for message in there:
        state.messages.delete(message)
    return True


def _require_deletable(
    state: SandboxState, chat: SandboxPerson | SandboxGroup, message: StoredMessage
) -> None:
    """Raises for what Telegram does not let a bot delete: https://core.telegram.org/bots/api#deletemessage."""
    if isinstance(chat, SandboxGroup) and chat.kicked:
        raise ChatForbidden("bot was kicked from the supergroup chat")
    others = message.sender != state.bot.id
    old = message.body["date"] < state.clock.seconds() - OLDEST_DELETABLE_SECONDS
    created = any(name in message.body for name in CREATED)
    foreign = isinstance(chat, SandboxGroup) and others and not state.groups.bot_deletes(chat.id)
    if created:
        raise BadRequest("message can't be deleted")
    if old or foreign:
        raise BadRequest("message can't be deleted for everyone")
