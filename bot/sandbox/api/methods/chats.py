"""Methods about chats: the chat, its members, callback queries, files."""

from __future__ import annotations

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.methods.marking import pinned_message
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.people import ADMINISTRATOR, SandboxGroup
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

LARGEST_DOWNLOAD = 20 * 1024 * 1024  # core.telegram.org/bots/api#getfile
LONGEST_TOAST = 200
NO_COLOUR = {"accent_color_id": 0, "max_reaction_count": 11}


async def get_chat(state: SandboxState, arguments: Arguments) -> Json:
    chat = state.chats.require(arguments.chat())
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        True,
    )
    return {**chat.as_chat(), **NO_COLOUR, "accepted_gift_types": gifts, **pinned_message(state, chat)}


async def get_chat_member(state: SandboxState, arguments: Arguments) -> Json:
    chat = state.chats.require(arguments.chat())
    number = max(arguments.integer("user_id") or 0, 0)
    if not number:
        raise BadRequest("invalid user_id specified")
    if number == state.bot.id:
        member: Json = {"user": state.bot.as_user(), "status": "member"}
        admin = isinstance(chat, SandboxGroup) and state.groups.bot_deletes(chat.id)
        return member | ADMINISTRATOR | {"status": "administrator"} if admin else member
    person = state.people.find(number)
    inside = state.groups.members(chat.id) if isinstance(chat, SandboxGroup) else [chat.id]
    if person is None:
        raise BadRequest("PARTICIPANT_ID_INVALID")
    return {"user": person.as_user(), "status": "member" if number in inside else "left"}


async def answer_callback_query(state: SandboxState, arguments: Arguments) -> bool:
    text = arguments.text("text")
    if len(text) > LONGEST_TOAST:
        raise BadRequest("MESSAGE_TOO_LONG")
    answer = {"text": text, "alert": arguments.flag("show_alert"), "url": arguments.text("url")}
    state.callbacks.answer(arguments.text("callback_query_id"), answer)
    return True


async def get_file(state: SandboxState, arguments: Arguments) -> Json:
    file_id = arguments.text("file_id")
    if not file_id:
        raise BadRequest("file_id not specified")
    stored = await state.files.find(file_id)
    if stored is None:
        raise BadRequest("invalid file_id")
    if stored.size > LARGEST_DOWNLOAD:
        raise BadRequest("file is too big")
    return {**stored.as_file(), "file_path": stored.path}
