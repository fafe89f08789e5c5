"""The side door, `/sandbox/api`: people, taps, clock and faults for tests, the chat page and scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.sandbox.api.arguments import Arguments, read_arguments
from bot.sandbox.api.faults import OrderedFault
from bot.sandbox.control.conversation import Conversation, ConversationPlace
from bot.sandbox.control.guises import Guise
from bot.sandbox.control.hooks import SandboxHooks
from bot.sandbox.control.views import chat_view, group_view, message_view, person_view, preview_of
from bot.sandbox.errors import (
    BadField,
    BadRequest,
    BotApiError,
    NotAPhoto,
    NothingToSend,
    NotOffered,
    UnknownChat,
    UnknownFile,
)
from bot.sandbox.state.clock import parse_step
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

LONGEST_WAIT_SECONDS = 60.0
TAP_WAIT_SECONDS = 15.0
INLINE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


@dataclass(slots=True)
class ControlApi:
    """Routes of the table in the bot's specification, and some more for the chat page."""

    world: SandboxState
    hooks: SandboxHooks
    claim_url: str | None = None
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.world)

    def routes(self) -> list[web.RouteDef]:
        person = "/people/{person:-?\\d+}"
        table = [
            web.get("/people", self.list_people),
            web.post("/people", self.create_person),
            web.delete(person, self.remove_person),
            web.post(f"{person}/send", self.send),
            web.post(f"{person}/tap", self.tap),
            web.post(f"{person}/block", self.block),
            web.post(f"{person}/unblock", self.unblock),
            web.get(f"{person}/chat", self.chat),
            web.post("/groups", self.create_group),
            web.get("/groups", self.list_groups),
            web.post("/groups/{group:-?\\d+}/kick", self.kick_bot),
            web.post("/groups/{group:-?\\d+}/promote", self.promote_bot),
            web.get("/overview", self.overview),
            web.get("/files/{file_id}", self.file),
            web.post("/faults", self.order_fault),
            web.delete("/faults", self.cancel_faults),
            web.post("/limits", self.set_limits),
            web.post("/updates", self.inject_update),
            web.get("/updates", self.pending_updates),
            web.post("/callbacks/expire", self.expire_callbacks),
            web.post("/clock", self.advance_clock),
            web.get("/clock", self.read_clock),
            web.get("/calls", self.calls),
            web.get("/bot", self.bot),
            web.get("/demo", self.demo),
            web.post("/demo", self.load_demo),
        ]
        return [web.RouteDef(r.method, f"/sandbox/api{r.path}", r.handler, r.kwargs) for r in table]

    # People

    def _person(self, request: web.Request) -> SandboxPerson:
        return self.world.people.require(int(request.match_info["person"]))

    async def create_person(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        first_name = arguments.text("first_name").strip()
        if not first_name:
            raise BadField("first_name", "a name")
        optional = ("last_name", "username", "language_code", "phone_number")
        person = self.world.people.add(first_name, *[arguments.text(name) or None for name in optional])
        self.world.feed.next(person.id)
        return web.json_response(person_view(person), status=201)

    async def list_people(self, request: web.Request) -> web.Response:
        return web.json_response({"people": [person_view(person) for person in self.world.people.everyone()]})

    async def remove_person(self, request: web.Request) -> web.Response:
        person = self._person(request)
        self.world.people.remove(person.id)
        self.world.feed.next(person.id)
        return web.Response(status=204)

    async def send(self, request: web.Request) -> web.Response:
        person, arguments = self._person(request), await _arguments(request)
        place = _place(arguments)
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
        stored = self.world.messages.find(body["chat"]["id"], body["message_id"])
        return message_view(stored) if isinstance(stored, StoredMessage) else {}

    async def tap(self, request: web.Request) -> web.Response:
        person, arguments = self._person(request), await _arguments(request)
        number = arguments.integer("message_id")
        if number is None:
            raise BadField("message_id", "a number")
        label, data = arguments.text("label"), arguments.text("data")
        if not label and not data:
            raise BadField("label", "a button's label, or its data in “data”")
        wait = _seconds(arguments.text("wait"), TAP_WAIT_SECONDS)
        act = self.conversation.tap_label if label else self.conversation.tap_data
        outcome = await act(person, number, label or data, _place(arguments), wait)
        return web.json_response(outcome.as_json())

    async def block(self, request: web.Request) -> web.Response:
        self.conversation.block(self._person(request), True)
        return web.json_response({"blocked": True})

    async def unblock(self, request: web.Request) -> web.Response:
        self.conversation.block(self._person(request), False)
        return web.json_response({"blocked": False})

    async def chat(self, request: web.Request) -> web.Response:
        person, query = self._person(request), Arguments(dict(request.query))
        chat = self.world.chats.require_member(person, query.integer("chat"))
        after = query.integer("after") or 0
        await self.world.feed.wait_chat(chat.id, after, _seconds(query.text("wait"), 0.0))
        return web.json_response(chat_view(self.world, self._person(request), chat.id, after))

    # Groups

    async def create_group(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        members = [self.world.people.require(int(number)) for number in arguments.structure("members") or []]
        if not members or not arguments.text("title"):
            raise BadField("members", "at least one person, and a title")
        topics = [str(topic) for topic in arguments.structure("topics") or []]
        group = self.world.groups.add(arguments.text("title"), [member.id for member in members], topics)
        self.conversation.add_bot(members[0], group)
        self.world.feed.next(group.id)
        return web.json_response(group_view(self.world, group), status=201)

    async def list_groups(self, request: web.Request) -> web.Response:
        groups = [group_view(self.world, group) for group in self.world.groups.everything()]
        return web.json_response({"groups": groups})

    async def kick_bot(self, request: web.Request) -> web.Response:
        group = self._group(int(request.match_info["group"]))
        members = self.world.groups.members(group.id)
        self.conversation.kick_bot(self.world.people.require(members[0]), group)
        return web.json_response({"kicked": True})

    async def promote_bot(self, request: web.Request) -> web.Response:
        """Make the bot an administrator that may delete messages."""
        group = self._group(int(request.match_info["group"]))
        members = self.world.groups.members(group.id)
        self.conversation.promote_bot(self.world.people.require(members[0]), group)
        return web.json_response({"promoted": True})

    def _group(self, number: int) -> SandboxGroup:
        group = self.world.groups.find(number)
        if group is None:
            raise UnknownChat(number)
        return group

    # For the chat page

    async def overview(self, request: web.Request) -> web.Response:
        """Every chat with its last message; waits until anything changed anywhere."""
        query = Arguments(dict(request.query))
        await self.world.feed.wait_anywhere(query.integer("after") or 0, _seconds(query.text("wait"), 0.0))
        world = self.world
        people = [{**person_view(p), **preview_of(world, p.id)} for p in world.people.everyone()]
        groups = [{**group_view(world, g), **preview_of(world, g.id)} for g in world.groups.everything()]
        return web.json_response({"seq": world.feed.seq, "people": people, "groups": groups})

    async def file(self, request: web.Request) -> web.Response:
        stored = await self.world.files.find(request.match_info["file_id"])
        data = await self.world.files.read(stored.file_id) if stored else None
        if stored is None or data is None:
            raise UnknownFile
        # Shown only if it is a picture; anything else is downloaded, never opened as a page of ours.
        shown = stored.mime in INLINE_TYPES
        disposition = "inline" if shown else "attachment"
        headers = {
            "Content-Disposition": disposition,
            "Cache-Control": "private, max-age=31536000, immutable",
        }
        kind = stored.mime if shown else "application/octet-stream"
        return web.Response(body=data, content_type=kind, headers=headers)

    async def demo(self, request: web.Request) -> web.Response:
        """What this sandbox offers, and the link that makes somebody the gym's owner."""
        return web.json_response(
            {
                "bot": self._bot_card(),
                "claim_url": self._open_claim(),
                "load_demo": self.hooks.load_demo is not None,
                "clock": self.hooks.advance_clock is not None,
                "kiosk_url": self.hooks.kiosk_url,
            }
        )

    def _bot_card(self) -> Json:
        bot = self.world.bot
        description = {language: bot.text("description", language) for language in ("en", "es")}
        return {"username": bot.username, "name": bot.name, "id": bot.id, "description": description}

    def _open_claim(self) -> str | None:
        """The claim link until somebody has used it."""
        if self.claim_url is None:
            return None
        payload = self.claim_url.partition("start=")[2]
        return None if self.world.messages.was_said(f"/start {payload}") else self.claim_url

    async def load_demo(self, request: web.Request) -> web.Response:
        if self.hooks.load_demo is None:
            raise NotOffered("load demo gym")
        return web.json_response({"message": await self.hooks.load_demo()})

    # For tests and scripts

    async def bot(self, request: web.Request) -> web.Response:
        """What a script needs to be the bot: the token, and the addresses that libraries ask for."""
        token, server = self.world.bot.token, f"{request.scheme}://{request.host}"
        urls = {"base_url": f"{server}/bot", "base_file_url": f"{server}/file/bot"}
        return web.json_response({"token": token, "username": self.world.bot.username, **urls})

    async def order_fault(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        status = arguments.integer("status")
        if status is None or not arguments.text("method"):
            raise BadField("method", "a method's name with a status")
        times = arguments.integer("times")
        fault = OrderedFault(
            method=arguments.text("method"),
            status=status,
            times=1 if times is None else times,
            retry_after=arguments.integer("retry_after"),
            description=arguments.text("description") or None,
            garbage=arguments.flag("garbage"),
            delay=_seconds(arguments.text("delay"), 0.0),
            afterwards=arguments.flag("afterwards"),
            chat_id=arguments.integer("chat_id"),
            body=arguments.text("body") if "body" in arguments.values else None,
        )
        self.world.faults.order(fault)
        return web.json_response({"ordered": fault.times})

    async def cancel_faults(self, request: web.Request) -> web.Response:
        self.world.faults.cancel()
        return web.Response(status=204)

    async def set_limits(self, request: web.Request) -> web.Response:
        self.world.limits.enabled = (await _arguments(request)).flag("on")
        return web.json_response({"on": self.world.limits.enabled})

    async def inject_update(self, request: web.Request) -> web.Response:
        """Queue a raw update, for repeated and out-of-order delivery."""
        update = (await _arguments(request)).structure("update")
        if not isinstance(update, dict) or "update_id" not in update:
            raise BadField("update", "an Update object with update_id")
        body: Json = {name: value for name, value in update.items() if name != "update_id"}
        self.world.updates.inject(int(update["update_id"]), body)
        return web.json_response({"update_id": update["update_id"]})

    async def pending_updates(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"updates": self.world.updates.pending(), "count": self.world.updates.count()}
        )

    async def expire_callbacks(self, request: web.Request) -> web.Response:
        self.world.callbacks.expire_all()
        return web.Response(status=204)

    async def calls(self, request: web.Request) -> web.Response:
        query = Arguments(dict(request.query))
        after, wait = query.integer("after") or 0, _seconds(query.text("wait"), 0.0)
        calls = await self.world.calls.since(after, wait)
        return web.json_response({"seq": self.world.calls.seq, "calls": calls})

    # Clock

    async def advance_clock(self, request: web.Request) -> web.Response:
        if self.hooks.advance_clock is None:
            raise NotOffered("clock")
        step = parse_step((await _arguments(request)).text("advance"))
        if self.hooks.before_jump is not None:
            await self.hooks.before_jump(step)
        self.world.calendar.skip(step)  # what the jump makes the bot say carries the new date
        return web.json_response({"now": self._heard(await self.hooks.advance_clock(step))})

    async def read_clock(self, request: web.Request) -> web.Response:
        if self.hooks.read_clock is None:
            raise NotOffered("clock")
        return web.json_response({"now": self._heard(await self.hooks.read_clock())})

    async def listen_to_clock(self) -> None:
        """Date messages by the business clock from now on."""
        if self.hooks.read_clock is not None:
            self._heard(await self.hooks.read_clock())

    def _heard(self, now: datetime) -> str:
        self.world.calendar.hear(now)
        return now.isoformat()


async def _arguments(request: web.Request) -> Arguments:
    try:
        return await read_arguments(request)
    except BotApiError as error:
        raise BadField("body", error.description) from error


def _place(arguments: Arguments) -> ConversationPlace:
    guise = arguments.text("guise")
    if guise and guise not in {one.value for one in Guise}:
        raise BadField("guise", ", ".join(Guise))
    return ConversationPlace(
        arguments.integer("chat"),
        arguments.integer("thread"),
        arguments.integer("reply_to"),
        Guise(guise) if guise else None,
    )


def _seconds(text: str, default: float) -> float:
    try:
        return min(float(text), LONGEST_WAIT_SECONDS) if text else default
    except ValueError as error:
        raise BadField("wait", "seconds") from error
