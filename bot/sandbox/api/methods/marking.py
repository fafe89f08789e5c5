"""Methods that mark messages: reactions and pins."""

from __future__ import annotations

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import WrongField, parsing, text_field
from bot.sandbox.api.methods.copying import is_service
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

# core.telegram.org/bots/api#reactiontypeemoji
_LISTED = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 "
    "😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 "
    "🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡"
)
EMOJI = frozenset(_LISTED.split())


async def set_message_reaction(state: SandboxState, arguments: Arguments) -> bool:
    emoji = _reactions(arguments)
    chat = state.chats.require_reachable(arguments.chat())
    message = _found(state, chat, arguments.message(), "react")
    if len(emoji) > 1:
        raise BadRequest("REACTIONS_TOO_MANY")
    if not EMOJI.issuperset(emoji):
        raise BadRequest("REACTION_INVALID")
    state.marks.react(chat.id, message.message_id, emoji)
    state.messages.touch(message)
    return True


def _reactions(arguments: Arguments) -> list[str]:
    given = arguments.objects("reaction", "ReactionType", "reaction types")
    with parsing("ReactionType"):
        return [_reaction(item) for item in given]


def _reaction(item: Json) -> str:
    match text_field(item, "type"):
        case "emoji":
            return text_field(item, "emoji")
        case "custom_emoji":  # allowed to bots of some owners; never here
            return text_field(item, "custom_emoji_id")
        case _:
            raise WrongField("invalid reaction type specified")


async def pin_chat_message(state: SandboxState, arguments: Arguments) -> bool:
    """Pin a message; the service message about it comes to the bot too, as at Telegram."""
    chat = state.chats.require_reachable(arguments.chat())
    message = _found(state, chat, arguments.message(), "pin")
    if is_service(message):
        raise BadRequest("service messages can't be pinned")
    _require_pinning(state, chat)
    if state.marks.pins(chat.id)[-1:] == [message.message_id]:
        raise BadRequest("CHAT_NOT_MODIFIED")
    with state.store.transaction():
        state.marks.pin(chat.id, message.message_id)
        said = state.messages.post(chat.as_chat(), state.bot.as_user(), {"pinned_message": message.body})
        state.updates.add("message", said)
    return True


async def unpin_chat_message(state: SandboxState, arguments: Arguments) -> bool:
    """The given message, else the one pinned last."""
    chat = state.chats.require_reachable(arguments.chat())
    pinned, number = state.marks.pins(chat.id), arguments.message()
    if number not in pinned if number else not pinned:
        raise BadRequest("message to unpin not found")
    _require_pinning(state, chat)
    state.marks.unpin(chat.id, number or pinned[-1])
    state.feed.next(chat.id)
    return True


async def unpin_all_chat_messages(state: SandboxState, arguments: Arguments) -> bool:
    chat = state.chats.require_reachable(arguments.chat())
    _require_pinning(state, chat)
    state.marks.unpin_all(chat.id)
    state.feed.next(chat.id)
    return True


def last_pinned(state: SandboxState, chat_id: int) -> StoredMessage | None:
    """The message pinned last that is still there."""
    for number in reversed(state.marks.pins(chat_id)):
        message = state.messages.find(chat_id, number)
        if message and not message.deleted:
            return message
    return None


def pinned_message(state: SandboxState, chat: SandboxPerson | SandboxGroup) -> Json:
    """The message pinned last, as `getChat` reports it."""
    message = last_pinned(state, chat.id)
    return {"pinned_message": message.body} if message else {}


def _require_pinning(state: SandboxState, chat: SandboxPerson | SandboxGroup) -> None:
    if isinstance(chat, SandboxGroup) and not state.groups.bot_deletes(chat.id):
        raise BadRequest("not enough rights to manage pinned messages in the chat")


def _found(state: SandboxState, chat: SandboxPerson | SandboxGroup, number: int, what: str) -> StoredMessage:
    message = state.messages.find(chat.id, number)
    if message is None or message.deleted:
        raise BadRequest(f"message to {what} not found")
    return message
