"""Parts that the sending methods share: the address checked, the text formatted, the message saved."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.entities import CAPTION_LIMIT, TEXT_LIMIT, formatted, units
from bot.sandbox.api.json_fields import integer_field, object_of, optional_text, parsing
from bot.sandbox.api.markup import Markup, read_markup
from bot.sandbox.api.message_entities import read_entities
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

LONGEST_SOURCE = 1 << 15
"""Bytes of a text before its formatting is read."""
EFFECTS = {
    "5107584321108051014": "👍",
    "5104858069142078462": "👎",
    "5159385139981059251": "❤",
    "5104841245755180586": "🔥",
    "5046509860389126442": "🎉",
    "5046589136895476101": "💩",
}
"""The effects that cost nothing, as Telegram's apps offer them; bots have no others."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The address of a message and the options sent along."""

    chat: SandboxPerson | SandboxGroup
    markup: Markup
    extras: Json

    def post(self, state: SandboxState, content: Json) -> Json:
        """Save the message; the typing indicator ends."""
        state.feed.end_action(self.chat.id)
        body = self.markup.on({**self.extras, **content})
        return state.messages.post(self.chat.as_chat(), state.bot.as_user(), body, self.markup.keyboard)


def address(state: SandboxState, arguments: Arguments) -> Envelope:
    """The address. Raises what Telegram raises when no message can go there."""
    chat_id, thread = arguments.chat(), arguments.thread()
    chat = state.chats.require_reachable(chat_id, thread)
    markup = read_markup(arguments, private=isinstance(chat, SandboxPerson))
    topic: Json = chat.topic(thread) if isinstance(chat, SandboxGroup) and thread is not None else {}
    extras = topic | _reply(state, arguments, chat_id) | _effect(arguments, chat)
    state.limits.spend(chat_id)
    return Envelope(chat, markup, extras)


def _effect(arguments: Arguments, chat: SandboxPerson | SandboxGroup) -> Json:
    """The effect, which is shown in private chats only."""
    effect = str(arguments.integer("message_effect_id") or "")
    if effect and isinstance(chat, SandboxGroup):
        raise BadRequest("can't use message effects in the chat")
    if effect and effect not in EFFECTS:
        raise BadRequest("EFFECT_ID_INVALID")
    return {"effect_id": effect} if effect else {}


def _reply(state: SandboxState, arguments: Arguments, chat_id: int) -> Json:
    """The message replied to; Telegram leaves out what that one replied to."""
    parameters = _reply_parameters(arguments)
    number = _answered_number(arguments, parameters)
    if not number:
        return {}
    answered = state.messages.find(chat_id, number)
    if answered and not answered.deleted:
        body = {name: value for name, value in answered.body.items() if name != "reply_to_message"}
        return {"reply_to_message": body, **_quote(parameters, body)}
    if parameters.get("allow_sending_without_reply") or arguments.flag("allow_sending_without_reply"):
        return {}
    raise BadRequest("message to be replied not found")


def _reply_parameters(arguments: Arguments) -> Json:
    value = arguments.structure("reply_parameters", "reply parameters")
    with parsing(""):
        return object_of({} if value in (None, "") else value, "object expected as reply parameters")


def _answered_number(arguments: Arguments, parameters: Json) -> int:
    if not parameters:
        return arguments.integer("reply_to_message_id") or 0
    with parsing(""):
        return max(integer_field(parameters, "message_id"), 0)


def _quote(parameters: Json, answered: Json) -> Json:
    """The words of the message that the reply quotes; they must stand in it."""
    with parsing(""):
        source, mode = optional_text(parameters, "quote"), optional_text(parameters, "quote_parse_mode")
    words, entities = formatted(source, mode, []) if source else ("", [])
    if not words:
        return {}
    place = str(answered.get("text") or answered.get("caption") or "").find(words)
    if place < 0:
        raise BadRequest("QUOTE_TEXT_INVALID")
    quote: Json = {"text": words, "position": place, "is_manual": True}
    return {"quote": {**quote, "entities": entities} if entities else quote}


def read_text(arguments: Arguments) -> Json:
    """`text` and its entities; raises BadRequest when empty, too long or badly formatted."""
    if not arguments.text("text"):
        raise BadRequest("message text is empty")
    text, entities = _formatted(arguments, "text", "entities")
    if not text:
        raise BadRequest("text must be non-empty")
    return {"text": text, "entities": entities} if entities else {"text": text}


def read_caption(values: Arguments) -> Json:
    """`caption` and its entities, nothing when there is none."""
    text, entities = _formatted(values, "caption", "caption_entities")
    if units(text) > CAPTION_LIMIT:
        raise BadRequest("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def require_short(content: Json, refusal: str) -> None:
    """Raises BadRequest with `refusal` for a text above Telegram's limit."""
    if units(content["text"]) > TEXT_LIMIT:
        raise BadRequest(refusal)


def _formatted(values: Arguments, name: str, entities: str) -> tuple[str, list[Json]]:
    source = values.text(name)
    if len(source.encode()) > LONGEST_SOURCE:
        raise BadRequest("text is too long")
    mode = values.text("parse_mode")
    return formatted(source, mode, [] if mode else read_entities(values, entities))
