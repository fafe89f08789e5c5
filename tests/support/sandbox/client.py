"""People for tests and scripts: they write, press buttons and see through the control API, as a human
would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import aiohttp

from bot.sandbox.state.store import Json
from tests.support.sandbox.desk_menu import ways_to
from tests.support.sandbox.seen import Button, Message, Tapped, reads_about, reads_exactly, transcript_line

T = TypeVar("T")
API = "/sandbox/api"
PATIENCE = 30.0  # seconds a person waits for the bot before giving up
SETTLE = 0.15  # seconds granted to a newer message before an old one's button is tapped


class ControlApiError(Exception):
    """The control API refused; `code` is stable."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


class SandboxClient:
    """`async with SandboxClient(server.url) as telegram: ana = await telegram.person("Ana")`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        self._bot: str | None = None

    async def __aenter__(self) -> SandboxClient:
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(self._url, connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """A call of the control API. Raises `ControlApiError`."""
        assert self._session is not None, "use `async with`"
        async with self._session.request(method, API + path, **options) as answer:
            if answer.status == 204:
                return {}
            body: Any = await answer.json()
            if answer.status >= 400:
                raise ControlApiError(answer.status, body["error"]["code"], body["error"]["message"])
            return body

    async def bot(self) -> Json:
        """What it takes to be the bot: `{token, username, base_url, base_file_url}`."""
        return await self.call("GET", "/bot")

    async def person(
        self,
        first_name: str,
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
        phone_number: str | None = None,
    ) -> Person:
        """A new Telegram user."""
        wanted = {
            "first_name": first_name,
            "last_name": last_name,
            "username": username,
            "language_code": language_code,
            "phone_number": phone_number,
        }
        made = await self.call("POST", "/people", json=wanted)
        return Person(self, made["id"], first_name)

    async def known(self, number: int) -> Person:
        """Somebody who is there already, for instance from before a restart."""
        people: Json = await self.call("GET", "/people")
        name = next(person["first_name"] for person in people["people"] if person["id"] == number)
        person = Person(self, number, name)
        await person.catch_up()
        return person

    async def group(self, title: str, members: Sequence[Person], topics: Sequence[str] = ()) -> Json:
        """A supergroup with the bot in it: `{id, title, topics: [{thread, name}], members}`."""
        body = {"title": title, "members": [member.id for member in members], "topics": list(topics)}
        return await self.call("POST", "/groups", json=body)

    async def bot_username(self) -> str:
        """What the bot is called here."""
        if self._bot is None:
            self._bot = str((await self.call("GET", "/demo"))["bot"]["username"])
        return self._bot

    async def fault(
        self, method: str, status: int, *, times: int = 1, retry_after: int | None = None, **more: object
    ) -> None:
        """The next `times` calls of `method` (`*` for any) fail; status 0 drops the connection.

        `more`: description, garbage, body, delay, afterwards, chat_id (see `Fault`).
        """
        order = {"method": method, "status": status, "times": times, "retry_after": retry_after, **more}
        await self.call("POST", "/faults", json=order)

    async def no_faults(self) -> None:
        await self.call("DELETE", "/faults")

    async def advance(self, step: str) -> datetime:
        """Move the business clock: `1 day`, `2 weeks`; what is due has run when this returns."""
        answer = await self.call("POST", "/clock", json={"advance": step})
        return datetime.fromisoformat(answer["now"])

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.call("GET", "/clock"))["now"])

    async def calls(self, after: int = 0, *, method: str | None = None) -> list[Json]:
        """Logged Bot API calls: `{seq, method, arguments, status, answer, at}`."""
        answer = await self.call("GET", "/calls", params={"after": after})
        return [call for call in answer["calls"] if method in (None, call["method"])]

    async def inject(self, update: Json) -> None:
        """Queue a raw update with a chosen `update_id`: repeated, late, out of order."""
        await self.call("POST", "/updates", json={"update": update})

    async def pending_updates(self) -> int:
        """How many updates the bot has not confirmed."""
        return (await self.call("GET", "/updates"))["count"]

    async def expire_callbacks(self) -> None:
        """From now on every open callback query is too old to be answered."""
        await self.call("POST", "/callbacks/expire")

    async def download(self, path: str) -> bytes:
        """A photo or document by the address in a message."""
        assert self._session is not None, "use `async with`"
        async with self._session.get(path) as answer:
            answer.raise_for_status()
            return await answer.read()


@dataclass(slots=True)
class Person:
    """One person in the private chat, or in a group when made with `in_group`."""

    client: SandboxClient
    id: int
    name: str
    group: int | None = None
    thread: int | None = None
    guise: str | None = None
    """As whom: `anonymous`, `channel`, `linked`, `inline`."""
    toast: str | None = None
    _seq: int = 0
    _mark: int = 0
    _patient: bool = False
    _messages: dict[int, Message] = field(default_factory=dict[int, Message])
    _said: dict[int, int] = field(default_factory=dict[int, int])
    """When each message last changed for whoever reads it; losing its buttons is none of that."""
    _extra: Json = field(default_factory=dict[str, Any])

    def in_group(self, group: int, thread: int | None = None, guise: str | None = None) -> Person:
        """The same person, speaking in a group; `guise` when not under the own name."""
        return Person(self.client, self.id, self.name, group, thread, guise)

    # Acts

    async def sends(self, text: str) -> Message:
        """Write a text; does not wait for the bot."""
        return await self._send(json=self._placed(text=text))

    async def replies(self, to: Message, text: str) -> Message:
        """Write a text in reply to a message of this chat."""
        return await self._send(json=self._placed(text=text, reply_to=to.message_id))

    async def replies_with_photo(self, to: Message, photo: bytes, caption: str) -> Message:
        form = self._form(caption)
        form.add_field("reply_to", str(to.message_id))
        form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        return await self._send(data=form)

    async def sends_contact(self, contact: Json | None = None) -> Message:
        """Share the own contact, or somebody else's card."""
        return await self._send(json=self._placed(contact=contact or True))

    async def sends_photo(self, photo: bytes, caption: str | None = None) -> Message:
        return await self.sends_album([photo], caption)

    async def sends_album(self, photos: Sequence[bytes], caption: str | None = None) -> Message:
        """Several photos at once; returns the first message."""
        form = self._form(caption)
        for number, photo in enumerate(photos, start=1):
            form.add_field("photo", photo, filename=f"photo_{number}.jpg", content_type="image/jpeg")
        return await self._send(data=form)

    async def sends_document(self, document: bytes, filename: str, caption: str | None = None) -> Message:
        form = self._form(caption)
        form.add_field("document", document, filename=filename)
        return await self._send(data=form)

    async def sends_sticker(self, emoji: str = "💪") -> Message:
        return await self._send(json=self._placed(sticker=emoji))

    async def sends_location(self, latitude: float, longitude: float) -> Message:
        return await self._send(json=self._placed(location={"latitude": latitude, "longitude": longitude}))

    async def opens(self, url: str) -> Message:
        """Open a t.me deep link: sends `/start PAYLOAD`. AssertionError when it leads to another bot."""
        bot = await self.client.bot_username()
        assert urlsplit(url).path == f"/{bot}", f"{url} does not lead to {bot}"
        payload = parse_qs(urlsplit(url).query).get("start", [""])[0]
        return await self.sends(f"/start {payload}".strip())

    async def taps(self, label: str, *, timeout: float = PATIENCE) -> Tapped:
        """Tap the newest button that reads (or contains) `label` and wait for the bot's reaction.

        Waits for the button to appear. A link to the bot itself is opened.
        """
        message, button = await self._find_button(label, timeout)
        tapped = await self._tap(message.message_id, label=button.label)
        if tapped.url and "t.me/" in tapped.url and "start=" in tapped.url:
            await self.opens(tapped.url)
        elif not (tapped.toast or tapped.alert or tapped.url or tapped.copied):
            await self._until(self._reaction, timeout)
        self._patient = False
        return tapped

    async def taps_button_data(self, message: Message | int, data: str) -> Tapped:
        """Send callback data as it is, stale or forged."""
        number = message if isinstance(message, int) else message.message_id
        return await self._tap(number, data=data)

    async def blocks(self) -> None:
        await self.client.call("POST", f"/people/{self.id}/block")

    async def unblocks(self) -> None:
        await self.client.call("POST", f"/people/{self.id}/unblock")

    # Eyes

    async def sees(self, text: str, timeout: float = PATIENCE) -> Message:
        """The newest bot message, new or edited since this person's last act, with `text` in it (any case).

        A toast or alert counts too. Raises AssertionError with the chat's transcript.
        """
        found = await self._until(lambda: self._fresh_with(text), timeout)
        if found is None:
            raise AssertionError(f"{self.name} does not see “{text}”.\n{await self.transcript()}")
        return found

    async def sees_photo(self, timeout: float = PATIENCE) -> Message:
        """The newest photo from the bot since the last act."""
        found = await self._until(lambda: self._newest(lambda m: m.photo_url is not None), timeout)
        if found is None:
            raise AssertionError(f"{self.name} sees no photo.\n{await self.transcript()}")
        return found

    async def sees_document(self, timeout: float = PATIENCE) -> Message:
        """The newest document from the bot since the last act."""
        found = await self._until(lambda: self._newest(lambda m: m.document_url is not None), timeout)
        if found is None:
            raise AssertionError(f"{self.name} sees no document.\n{await self.transcript()}")
        return found

    async def sees_gone(self, message: Message, timeout: float = PATIENCE) -> None:
        """Until a message was deleted."""
        gone = await self._until(lambda: self._messages[message.message_id].deleted or None, timeout)
        if gone is None:
            raise AssertionError(f"{self.name} still sees “{message.words}”.\n{await self.transcript()}")

    async def last(self) -> Message:
        """The newest message that is still there."""
        return (await self.chat())[-1]

    async def chat(self) -> list[Message]:
        """All messages that are still there, oldest first."""
        await self._look(0.0)
        return [message for _, message in sorted(self._messages.items()) if not message.deleted]

    async def news(self) -> list[Message]:
        """What the bot wrote or edited since this person's last act."""
        return [message for message in await self.chat() if self._is_fresh(message)]

    async def commands(self) -> list[str]:
        """The command menu."""
        await self._look(0.0)
        return [command["command"] for command in self._extra["commands"]]

    async def keyboard(self) -> list[str]:
        """Labels of the keyboard under the input line."""
        await self._look(0.0)
        rows = (self._extra["reply_keyboard"] or {}).get("rows", [])
        return [button["label"] for row in rows for button in row]

    async def catch_up(self) -> None:
        """Take everything there is as seen."""
        await self._look(0.0)
        self._mark = self._seq

    async def transcript(self) -> str:
        """The chat as text, for failures."""
        return (
            "\n".join(transcript_line(message) for message in (await self.chat())[-20:]) or "(an empty chat)"
        )

    # Inside

    def _placed(self, **values: object) -> Json:
        place = {"chat": self.group, "thread": self.thread, "guise": self.guise}
        return {name: value for name, value in {**place, **values}.items() if value is not None}

    def _form(self, caption: str | None) -> aiohttp.FormData:
        form = aiohttp.FormData(quote_fields=False)  # names of files as a browser sends them
        for name, value in self._placed(caption=caption).items():
            form.add_field(name, str(value))
        return form

    async def _send(self, **body: Any) -> Message:
        self.toast = None
        sent = Message.of(await self.client.call("POST", f"/people/{self.id}/send", **body))
        self._mark, self._patient = sent.seq, True
        return sent

    async def _tap(self, message_id: int, **what: str) -> Tapped:
        await self._look(0.0)
        self.toast, self._mark = None, self._seq
        body = self._placed(message_id=message_id, **what)
        outcome: Json = await self.client.call("POST", f"/people/{self.id}/tap", json=body)
        outcome.pop("message_id")
        tapped = Tapped(**outcome)
        self.toast = tapped.alert or tapped.toast
        return tapped

    async def _look(self, wait: float) -> None:
        place = {} if self.group is None else {"chat": self.group}
        params: Json = {"after": self._seq, "wait": wait, **place}
        view: Json = await self.client.call("GET", f"/people/{self.id}/chat", params=params)
        self._seq, self._extra = view["seq"], view
        for one in view["messages"]:
            message = Message.of(one)
            if not message.only_lost_buttons(self._messages.get(message.message_id)):
                self._said[message.message_id] = message.seq
            self._messages[message.message_id] = message

    async def _until(self, look: Callable[[], T | None], timeout: float) -> T | None:
        """Look at every change of the chat until `look` finds something."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        await self._look(0.0)
        while (found := look()) is None and clock() < deadline:
            await self._look(deadline - clock())
        return found

    def _newest(self, fits: Callable[[Message], bool], *, fresh: bool = True) -> Message | None:
        for _, message in sorted(self._messages.items(), reverse=True):
            if (self._is_fresh(message) or not (fresh or message.deleted)) and fits(message):
                return message
        return None

    def _fresh_with(self, text: str) -> Message | None:
        wanted = text.casefold()
        if self.toast and wanted in self.toast.casefold():
            return Message(0, self._seq, "toast", True, datetime.now(UTC), self.toast)
        return self._newest(lambda message: wanted in message.words.casefold())

    def _reaction(self) -> bool | None:
        """Whether the bot did anything to the chat since the last act, a deletion included.

        An answered question loses its buttons beside the answer, and that may be later than the next act.
        """
        return (
            any(m.from_bot and self._said[m.message_id] > self._mark for m in self._messages.values()) or None
        )

    async def _find_button(self, label: str, timeout: float) -> tuple[Message, Button]:
        """Like a human: wait for the reaction, look at what is new, only then at older messages."""
        if self._patient:
            await self._until(self._reaction, timeout)
        for fresh, patience in ((True, SETTLE), (False, 0.0), (True, timeout)):
            found = await self._until(partial(self._with_button, label, fresh=fresh), patience)
            if found is None and await self._opens_menu_of(label, fresh=fresh):
                found = await self._until(partial(self._with_button, label, fresh=True), timeout)
            if found is not None:
                return found
        raise AssertionError(f"{self.name} finds no button “{label}”.\n{await self.transcript()}")

    async def _opens_menu_of(self, label: str, *, fresh: bool) -> bool:
        """From a home screen to the button behind *Manage*, or from a card to the one behind *More*, as
        somebody does who knows where it is."""
        doors = [(way, self._with_button(way.opens, fresh=fresh)) for way in ways_to(label)]
        offered = [(door[0].message_id, way, door) for way, door in doors if door is not None]
        if not offered:
            return False
        _, way, door = max(offered, key=itemgetter(0))
        await self._presses(*door)
        group = self._with_button(way.group, fresh=True) if way.group else None
        shown = self._newest(lambda message: way.leads_on(message.labels))
        if shown is None and group is not None:
            await self._presses(*group)
        return True

    async def _presses(self, message: Message, button: Button) -> None:
        await self._tap(message.message_id, label=button.label)
        await self._until(self._reaction, PATIENCE)

    def _with_button(self, label: str, *, fresh: bool) -> tuple[Message, Button] | None:
        for reads in (reads_exactly, reads_about):
            offers = partial(_button, label=label, reads=reads)
            message = self._newest(lambda m, offers=offers: offers(m) is not None, fresh=fresh)
            button = offers(message) if message else None
            if message and button:
                return message, button
        return None

    def _is_fresh(self, message: Message) -> bool:
        return message.from_bot and message.seq > self._mark and not message.deleted


def _button(message: Message, label: str, reads: Callable[[str, str], bool]) -> Button | None:
    buttons = (button for row in message.buttons for button in row)
    return next((button for button in buttons if reads(button.label, label)), None)
