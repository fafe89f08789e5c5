"""Control API of people: their list, and what they send, press and see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.control.bot_membership import BotMembership
from bot.sandbox.control.conversation import ConversationPlace, SandboxConversation
from bot.sandbox.control.requests import read_place, read_request, read_seconds
from bot.sandbox.control.views import chat_view, message_view, person_view
from bot.sandbox.errors import (
    BadField,
    BadRequest,
    NotAPhoto,
    NothingToSend,
)
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.people import SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

PRESS_WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class PeopleApi:
    """The acts of people in their chats."""

    state: SandboxState
    conversation: SandboxConversation
    membership: BotMembership

    def routes(self) -> list[web.RouteDef]:
        person = "/people/{person:-?\\d+}"
        return [
            web.get("/people", self.list_people),
            web.post("/people", self.create_person),
            web.delete(person, self.remove_person),
            web.post(f"{person}/send", self.send),
            web.post(f"{person}/tap", self.press),
            web.post(f"{person}/block", self.block),
            web.post(f"{person}/unblock", self.unblock),
            web.get(f"{person}/chat", self.chat),
        ]

    def _person(self, request: web.Request) -> SandboxPerson:
        return self.state.people.require(int(request.match_info["person"]))

    async def create_person(self, request: web.Request) -> web.Response:
        arguments = await read_request(request)
        first_name = arguments.text("first_name").strip()
        if not first_name:
            raise BadField("first_name", "a name")
        optional = ("last_name", "username", "language_code", "phone_number")
        person = self.state.people.add(first_name, *[arguments.text(name) or None for name in optional])
        self.state.feed.next(person.id)
        return web.json_response(person_view(person), status=201)

    async def list_people(self, request: web.Request) -> web.Response:
        return web.json_response({"people": [person_view(person) for person in self.state.people.everyone()]})

    async def remove_person(self, request: web.Request) -> web.Response:
        person = self._person(request)
        self.state.people.remove(person.id)
        self.state.feed.next(person.id)
        return web.Response(status=204)

    async def send(self, request: web.Request) -> web.Response:
        person, arguments = self._person(request), await read_request(request)
        place = read_place(arguments)
        photos = [upload for name, upload in arguments.files if name == "photo"]
        sent = await self._send(person, arguments, place) if not photos else None
        if sent is None:
            sent = await self._send_photos(person, photos, arguments, place)
        return web.json_response(self._shown(sent))

    async def _send(self, person: SandboxPerson, arguments: Arguments, place: ConversationPlace) -> Json:
        contact = arguments.structure("contact")
        if contact:
            return self.conversation.share_contact(
                person, place, contact if isinstance(contact, dict) else None
            )
        if document := arguments.uploads.get("document"):
            return await self.conversation.send_document(person, document, arguments.text("caption"), place)
        if emoji := arguments.text("sticker"):
            return self.conversation.send_sticker(person, emoji, place)
        if location := arguments.structure("location"):
            return self.conversation.share_location(person, location, place)
        if text := arguments.text("text").strip():
            return self.conversation.say(person, text, place)
        raise NothingToSend

    async def _send_photos(
        self, person: SandboxPerson, photos: list[Any], arguments: Arguments, place: ConversationPlace
    ) -> Json:
        try:
            caption = arguments.text("caption")
            return (await self.conversation.send_photos(person, photos, caption, place))[0]
        except BadRequest as error:
            raise NotAPhoto from error

    def _shown(self, body: Json) -> Json:
        stored = self.state.messages.find(body["chat"]["id"], body["message_id"])
        return message_view(stored) if isinstance(stored, StoredMessage) else {}

    async def press(self, request: web.Request) -> web.Response:
        person, arguments = self._person(request), await read_request(request)
        number = arguments.integer("message_id")
        if number is None:
            raise BadField("message_id", "a number")
        label, data = arguments.text("label"), arguments.text("data")
        if not label and not data:
            raise BadField("label", "a button's label, or its data in “data”")
        wait = read_seconds(arguments.text("wait"), PRESS_WAIT_SECONDS)
        act = self.conversation.press_label if label else self.conversation.press_data
        outcome = await act(person, number, label or data, read_place(arguments), wait)
        return web.json_response(outcome.as_json())

    async def block(self, request: web.Request) -> web.Response:
        self.membership.block(self._person(request), True)
        return web.json_response({"blocked": True})

    async def unblock(self, request: web.Request) -> web.Response:
        self.membership.block(self._person(request), False)
        return web.json_response({"blocked": False})

    async def chat(self, request: web.Request) -> web.Response:
        person, query = self._person(request), Arguments(dict(request.query))
        chat = self.state.chats.require_member(person, query.integer("chat"))
        after = query.integer("after") or 0
        await self.state.feed.wait_chat(chat.id, after, read_seconds(query.text("wait"), 0.0))
        return web.json_response(chat_view(self.state, self._person(request), chat.id, after))
