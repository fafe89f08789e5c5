"""Parts that the sending methods share: the address checked, the text formatted, the message saved."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.entities import CAPTION_LIMIT, TEXT_LIMIT, formatted, units
from bot.sandbox.api.markup import Markup, read_markup
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json


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
    chat_id, thread = arguments.chat(), arguments.integer("message_thread_id")
    chat = state.chats.require_reachable(chat_id, thread)
    markup = read_markup(arguments)
    topic: Json = chat.topic(thread) if isinstance(chat, SandboxGroup) and thread is not None else {}
    extras = topic | _reply(state, arguments, chat_id) | _effect(arguments, chat)
    state.limits.spend(chat_id)
    return Envelope(chat, markup, extras)


def _effect(arguments: Arguments, chat: SandboxPerson | SandboxGroup) -> Json:
    """The effect, which is shown in private chats only."""
    effect = arguments.text("message_effect_id")
    if effect and (isinstance(chat, SandboxGroup) or not effect.isdecimal()):
        raise BadRequest("EFFECT_ID_INVALID")
    return {"effect_id": effect} if effect else {}


def _reply(state: SandboxState, arguments: Arguments, chat_id: int) -> Json:
    """The message replied to; Telegram leaves out what that one replied to."""
    parameters = arguments.mapping("reply_parameters", "reply parameters")
    number = Arguments(parameters).integer("message_id") or arguments.integer("reply_to_message_id")
    if not number:
        return {}
    answered = state.messages.find(chat_id, number)
    if answered and not answered.deleted:
        return {"reply_to_message": {k: v for k, v in answered.body.items() if k != "reply_to_message"}}
    if parameters.get("allow_sending_without_reply") or arguments.flag("allow_sending_without_reply"):
        return {}
    raise BadRequest("message to be replied not found")


def _entities(arguments: Arguments, name: str) -> list[Json]:
    entities = arguments.objects(name, "MessageEntity")
    for entity in entities:
        if not isinstance(entity.get("type"), str):
            raise BadRequest("can't parse MessageEntity: can't find field \"type\"")
        if not all(isinstance(entity.get(field), int) for field in ("offset", "length")):
            raise BadRequest('can\'t parse MessageEntity: field "offset" must be of type Number')
    return entities


def read_text(arguments: Arguments) -> Json:
    """`text` and its entities; raises BadRequest when empty, too long or badly formatted."""
    explicit = _entities(arguments, "entities")
    text, entities = formatted(arguments.text("text"), arguments.text("parse_mode"), explicit)
    if not text:
        raise BadRequest("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise BadRequest("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def read_caption(values: Arguments) -> Json:
    """`caption` and its entities, nothing when there is none."""
    explicit = _entities(values, "caption_entities")
    text, entities = formatted(values.text("caption"), values.text("parse_mode"), explicit)
    if units(text) > CAPTION_LIMIT:
        raise BadRequest("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}
