"""Methods that mark messages: reactions and pins."""

from __future__ import annotations

from bot.sandbox.api.arguments import Arguments
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
    chat = state.chats.require_reachable(arguments.chat())
    message = _found(state, chat, arguments.message(), "react")
    reactions = arguments.objects("reaction", "ReactionType")
    if len(reactions) > 1:
        raise BadRequest("REACTIONS_TOO_MANY")
    for reaction in reactions:
        if reaction.get("type") != "emoji" or reaction.get("emoji") not in EMOJI:
            raise BadRequest("REACTION_INVALID")
    state.store.remember(f"reaction:{chat.id}:{message.message_id}", reactions)
    state.messages.touch(message)
    return True


async def pin_chat_message(state: SandboxState, arguments: Arguments) -> bool:
    chat = _pinnable(state, arguments)
    message = _found(state, chat, arguments.message(), "pin")
    pinned = [number for number in _pins(state, chat) if number != message.message_id]
    state.store.remember(f"pins:{chat.id}", [*pinned, message.message_id])
    return True


async def unpin_chat_message(state: SandboxState, arguments: Arguments) -> bool:
    """The given message, else the one pinned last."""
    chat, number = _pinnable(state, arguments), arguments.integer("message_id")
    pinned = _pins(state, chat)
    if number is not None and number not in pinned:
        raise BadRequest("message to unpin not found")
    left = [one for one in pinned if one != (number or (pinned[-1] if pinned else None))]
    state.store.remember(f"pins:{chat.id}", left)
    return True


async def unpin_all_chat_messages(state: SandboxState, arguments: Arguments) -> bool:
    state.store.remember(f"pins:{_pinnable(state, arguments).id}", [])
    return True


def pinned_message(state: SandboxState, chat: SandboxPerson | SandboxGroup) -> Json:
    """The message pinned last, as `getChat` reports it."""
    for number in reversed(_pins(state, chat)):
        message = state.messages.find(chat.id, number)
        if message and not message.deleted:
            return {"pinned_message": message.body}
    return {}


def _pins(state: SandboxState, chat: SandboxPerson | SandboxGroup) -> list[int]:
    pins: list[int] = state.store.recall(f"pins:{chat.id}", [])
    return pins


def _pinnable(state: SandboxState, arguments: Arguments) -> SandboxPerson | SandboxGroup:
    chat = state.chats.require_reachable(arguments.chat())
    if isinstance(chat, SandboxGroup) and not state.groups.bot_deletes(chat.id):
        raise BadRequest("not enough rights to manage pinned messages in the chat")
    return chat


def _found(state: SandboxState, chat: SandboxPerson | SandboxGroup, number: int, what: str) -> StoredMessage:
    message = state.messages.find(chat.id, number)
    if message is None or message.deleted:
        raise BadRequest(f"message to {what} not found")
    return message
