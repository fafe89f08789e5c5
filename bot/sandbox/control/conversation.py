"""Acts of people in a chat: writing, sharing, pressing buttons."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.sandbox.api.entities import notice
from bot.sandbox.control.guises import Guise, disguised
from bot.sandbox.errors import BadRequest, BlockedBot, NoPhoneNumber, NoSuchButton, UnknownMessage
from bot.sandbox.state.media.files import Upload
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.people import SandboxGroup, SandboxPerson, without_none
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json
from gym.faces.engine.images import decode, encode_jpeg
from gym.faces.errors import PhotoFault


@dataclass(frozen=True, slots=True)
class ConversationPlace:
    """A chat, perhaps a topic of it, perhaps in reply to a message or in a guise."""

    chat: int | None = None
    thread: int | None = None
    reply_to: int | None = None
    guise: Guise | None = None


@dataclass(frozen=True, slots=True)
class PressOutcome:
    """The outcome of a press: a toast, an alert, an address to open, a text to copy or a message sent."""

    answered: bool = False
    toast: str | None = None
    alert: str | None = None
    url: str | None = None
    copied: str | None = None
    message_id: int | None = None

    def as_json(self) -> Json:
        return asdict(self)


HERE = ConversationPlace()


class SandboxConversation:
    """Carries acts out: each saves the message and the update for the bot in one transaction."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    def say(self, person: SandboxPerson, text: str, place: ConversationPlace = HERE) -> Json:
        content: Json = {"text": text}
        if entities := notice(text):
            content["entities"] = entities
        return self._post(person, content, place)

    def share_contact(
        self, person: SandboxPerson, place: ConversationPlace = HERE, contact: Json | None = None
    ) -> Json:
        """Share the own contact, or the card given as `contact`."""
        if contact is None and not person.phone_number:
            raise NoPhoneNumber
        own = without_none(
            phone_number=person.phone_number,
            first_name=person.first_name,
            last_name=person.last_name,
            user_id=person.id,
        )
        return self._post(person, {"contact": contact or own}, place)

    def send_sticker(self, person: SandboxPerson, emoji: str, place: ConversationPlace = HERE) -> Json:
        number = secrets.token_hex(8)
        sticker: Json = {"file_id": number, "file_unique_id": number, "type": "regular", "emoji": emoji}
        shape: Json = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._post(person, {"sticker": {**sticker, **shape}}, place)

    def share_location(self, person: SandboxPerson, location: Json, place: ConversationPlace = HERE) -> Json:
        return self._post(person, {"location": location}, place)

    async def send_photos(
        self, person: SandboxPerson, photos: Sequence[Upload], caption: str, place: ConversationPlace = HERE
    ) -> list[Json]:
        """Send photos; several become an album, with the caption under the first.

        Raises `BadRequest` for what no phone could show.
        """
        kept = [await self._kept(photo.data) for photo in photos]
        album: Json = {"media_group_id": str(secrets.randbits(53))} if len(kept) > 1 else {}
        captions = [caption, *[""] * (len(kept) - 1)]
        contents = [
            {"photo": photo, **album, **_caption(text)} for photo, text in zip(kept, captions, strict=True)
        ]
        with self._state.store.transaction():
            return [self._post(person, content, place) for content in contents]

    async def _kept(self, data: bytes) -> list[Json]:
        """A person's app encodes what it shows as JPEG before it uploads a photo, such as an iPhone's HEIC
        or a JPEG without its end; Telegram itself takes neither.
        """
        try:
            return await self._state.files.keep_photo(data)
        except BadRequest as refused:
            try:
                shown = await asyncio.to_thread(decode, data)
            except PhotoFault:
                raise refused from None
            return await self._state.files.keep_photo(encode_jpeg(shown))

    async def send_document(
        self, person: SandboxPerson, upload: Upload, caption: str, place: ConversationPlace = HERE
    ) -> Json:
        document = await self._state.files.keep_document(upload)
        return self._post(person, {"document": document, **_caption(caption)}, place)

    def _post(self, person: SandboxPerson, content: Json, place: ConversationPlace) -> Json:
        state = self._state
        person = state.people.require(person.id)
        chat = state.chats.require_member(person, place.chat)
        if chat.id == person.id and person.blocked:
            raise BlockedBot
        extras = self._extras(chat, place)
        sender = person.as_user()
        if isinstance(chat, SandboxGroup) and place.guise is not None:
            sender, beside = disguised(place.guise, person, chat, state.clock.seconds())
            extras |= beside
        with state.store.transaction():
            state.people.mark_started(person.id) if chat.id == person.id else None
            body = state.messages.post(chat.as_chat(), sender, {**content, **extras})
            state.updates.add("message", body)
        return body

    def _extras(self, chat: SandboxPerson | SandboxGroup, place: ConversationPlace) -> Json:
        extras: Json = {}
        if isinstance(chat, SandboxGroup) and place.thread is not None:
            extras = chat.topic(place.thread)
        reply_to = place.reply_to or self._forced_reply(chat.id)
        answered = self._state.messages.find(chat.id, reply_to) if reply_to else None
        if answered and not answered.deleted:
            extras["reply_to_message"] = {
                name: value for name, value in answered.body.items() if name != "reply_to_message"
            }
        return extras

    def _forced_reply(self, chat_id: int) -> int | None:
        keyboard = self._state.messages.keyboard(chat_id)
        if not keyboard or not keyboard.get("force_reply"):
            return None
        self._state.messages.fold_keyboard(chat_id)
        return keyboard["message_id"]

    async def press_label(
        self, person: SandboxPerson, message_id: int, label: str, place: ConversationPlace, wait: float
    ) -> PressOutcome:
        """Press the button that reads `label`, or failing that the first that contains it."""
        message = self._message(person, message_id, place)
        buttons = [button for row in message.inline_rows for button in row]
        keys = [button for row in (message.keyboard or {}).get("keyboard", []) for button in row]
        button = _pick(label, buttons + keys)
        if any(button is key for key in keys):
            return self._press_key(person, button, place)
        return await self._press_inline(person, message, button, wait)

    async def press_data(
        self, person: SandboxPerson, message_id: int, data: str, place: ConversationPlace, wait: float
    ) -> PressOutcome:
        """Send callback data as it is, stale or forged too, as any Telegram client can."""
        message = self._message(person, message_id, place)
        return await self._query(person, message, data, wait)

    def _message(self, person: SandboxPerson, message_id: int, place: ConversationPlace) -> StoredMessage:
        chat = self._state.chats.require_member(person, place.chat)
        message = self._state.messages.find(chat.id, message_id)
        if message is None:
            raise UnknownMessage(message_id)
        return message

    def _press_key(self, person: SandboxPerson, key: Json, place: ConversationPlace) -> PressOutcome:
        if key.get("request_contact"):
            sent = self.share_contact(person, place)
        else:
            sent = self.say(person, key["text"], place)
        keyboard = self._state.messages.keyboard(sent["chat"]["id"])
        if keyboard and keyboard.get("one_time_keyboard"):
            self._state.messages.fold_keyboard(sent["chat"]["id"])
        return PressOutcome(answered=True, message_id=sent["message_id"])

    async def _press_inline(
        self, person: SandboxPerson, message: StoredMessage, button: Json, wait: float
    ) -> PressOutcome:
        if "callback_data" in button:
            return await self._query(person, message, button["callback_data"], wait)
        if "copy_text" in button:
            return PressOutcome(answered=True, copied=button["copy_text"]["text"])
        web_app: Json = button.get("web_app", {})
        return PressOutcome(answered=True, url=button.get("url") or web_app.get("url"))

    async def _query(
        self, person: SandboxPerson, message: StoredMessage, data: str, wait: float
    ) -> PressOutcome:
        state = self._state
        if state.people.require(person.id).blocked and message.chat_id == person.id:
            raise BlockedBot
        with state.store.transaction():
            number = state.callbacks.ask(person.id)
            state.updates.add("callback_query", _callback(number, person, message, data))
        answer = await state.callbacks.wait(number, wait)
        if answer is None:
            return PressOutcome()
        toast, alert = (None, answer["text"]) if answer["alert"] else (answer["text"], None)
        return PressOutcome(True, toast or None, alert or None, answer["url"] or None)


def _caption(text: str) -> Json:
    if not text:
        return {}
    entities = notice(text)
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def _pick(label: str, buttons: Sequence[Json]) -> Json:
    wanted = label.casefold()
    exact = [button for button in buttons if button["text"] == label]
    close = [button for button in buttons if wanted in button["text"].casefold()]
    found = exact or close
    if not found:
        raise NoSuchButton(label, ", ".join(button["text"] for button in buttons) or "none")
    return found[0]


def _callback(number: str, person: SandboxPerson, message: StoredMessage, data: str) -> Json:
    """A CallbackQuery; of a deleted message it holds chat and id only."""
    gone: Json = {"chat": message.body["chat"], "message_id": message.message_id, "date": 0}
    return {
        "id": number,
        "from": person.as_user(),
        "message": gone if message.deleted else message.body,
        "chat_instance": str(message.chat_id),
        "data": data,
    }
