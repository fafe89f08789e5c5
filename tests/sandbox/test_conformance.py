"""What Telegram refuses is refused here, with its error code and in its words, and nothing else is.

The words are those of telegram-bot-api (telegram-bot-api/Client.cpp) and tdlib (td/telegram), read in their
source; codes in capitals are Telegram's servers' own, as people's reports quote them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.state.store import Json
from tests.sandbox.front_desk import square
from tests.support.sandbox.client import Person, SandboxClient

Case = tuple[str, Json, str]
HI: Json = {"text": "hi"}
TAP: Json = {"text": "x", "callback_data": "x"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One chat with Ana and a group with her, a message of each kind in them."""

    chat: int
    group: int
    stranger: int
    mine: int
    """Ana's own message."""
    text: int
    photo: int
    keys: int
    """A message that came with a reply keyboard."""
    pinned: int
    service: int
    in_group: int
    posted: int
    """The bot's message in the group."""
    document: str
    picture: str


class Caller:
    """Calls the Bot API without a library in between, by JSON or by form."""

    def __init__(self, server: SandboxServer, session: aiohttp.ClientSession) -> None:
        self._url = f"{server.bot_api_url}{server.token}"
        self._session = session

    async def call(self, method: str, arguments: Json, *, form: bool = False) -> Json:
        async with self._session.post(f"{self._url}/{method}", **self._body(arguments, form)) as answer:
            body: Json = await answer.json()
            assert body["ok"] == (answer.status == 200) == ("error_code" not in body)
            assert body["ok"] or answer.status == body["error_code"]
            return body

    def _body(self, arguments: Json, form: bool) -> Json:
        if not form and not any(isinstance(value, bytes) for value in arguments.values()):
            return {"json": arguments}
        fields = aiohttp.FormData(default_to_multipart=True)
        for name, value in arguments.items():
            if isinstance(value, bytes):
                fields.add_field(name, value, filename=name)
            elif value is not None:
                fields.add_field(name, value if isinstance(value, str) else json.dumps(value))
        return {"data": fields}

    async def result(self, method: str, **arguments: Any) -> Any:
        answer = await self.call(method, arguments)
        assert answer["ok"], answer
        return answer["result"]


@pytest.fixture
async def caller(server: SandboxServer):
    async with aiohttp.ClientSession() as session:
        yield Caller(server, session)


@pytest.fixture
async def scene(caller: Caller, telegram: SandboxClient, ana: Person) -> Scene:
    mine = await ana.sends("hello")
    group = (await telegram.group("Desk", [ana]))["id"]
    in_group = await ana.in_group(group).sends("a photo")
    send, chat = caller.result, ana.id
    text = await send("sendMessage", chat_id=chat, text="one", reply_markup={"inline_keyboard": [[TAP]]})
    photo = await send("sendPhoto", chat_id=chat, photo=square(), caption="a")
    document = await send("sendDocument", chat_id=chat, document=b"abc")
    keys = await send("sendMessage", chat_id=chat, text="keys", reply_markup={"keyboard": [["Yes"]]})
    await send("pinChatMessage", chat_id=chat, message_id=text["message_id"])
    service = (await ana.last()).message_id
    posted = await send("sendMessage", chat_id=group, text="two")
    return Scene(
        chat, group, (await telegram.person("Eve")).id, mine.message_id, text["message_id"],
        photo["message_id"], keys["message_id"], text["message_id"], service, in_group.message_id,
        posted["message_id"], document["document"]["file_id"], photo["photo"][0]["file_id"],
    )  # fmt: skip


def addressed(scene: Scene) -> Iterator[Case]:
    """Where to, and in reply to what."""
    yield "sendMessage", {**HI}, "chat_id is empty"
    for chat in ("x", "@nobody", 999, -999, 10**30, {}):
        yield "sendMessage", {**HI, "chat_id": chat}, "chat not found"
    yield "sendMessage", {**HI, "chat_id": scene.group, "message_thread_id": 7}, "message thread not found"
    yield "getChat", {"chat_id": 999}, "chat not found"
    yield "sendChatAction", {"chat_id": scene.chat, "action": "dance"}, "wrong parameter action in request"
    here = {**HI, "chat_id": scene.chat}
    for reply, refusal in (
        ({"message_id": 99}, "message to be replied not found"),
        ({"message_id": -1, "allow_sending_without_reply": False}, ""),
        ({"message_id": "x"}, 'can\'t parse "x" as an integer'),
        ({"message_id": {}}, 'field "message_id" must be of type Number'),
        ({"quote": "hello"}, 'can\'t find field "message_id"'),
        ({"message_id": scene.mine, "quote": "bye"}, "QUOTE_TEXT_INVALID"),
        ({"message_id": scene.mine, "quote": "ell"}, ""),
        ({"message_id": 99, "allow_sending_without_reply": True}, ""),
        ({}, ""),
        (7, "object expected as reply parameters"),
        ("{", "can't parse reply parameters JSON object"),
    ):
        yield "sendMessage", {**here, "reply_parameters": reply}, refusal
    # A number that is none reads as 0, and 0 is no thread, no reply and no effect.
    for name in ("message_thread_id", "reply_to_message_id", "message_effect_id"):
        yield "sendMessage", {**here, name: "x"}, ""
    yield "sendMessage", {**here, "message_effect_id": "5046509860389126442"}, ""
    yield "sendMessage", {**here, "message_effect_id": "5046509860389126443"}, "EFFECT_ID_INVALID"
    in_group = {**HI, "chat_id": scene.group, "message_effect_id": "5046509860389126442"}
    yield "sendMessage", in_group, "can't use message effects in the chat"


def written(scene: Scene) -> Iterator[Case]:
    """Texts, captions and their formatting."""
    here: Json = {"chat_id": scene.chat}
    edit: Json = {**here, "message_id": scene.text}
    for text, refusal in (
        ("", "message text is empty"),
        ("  \n", "text must be non-empty"),
        ("\ud800", "strings must be encoded in UTF-8"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2048, ""),
        ("x" * 32769, "text is too long"),
    ):
        yield "sendMessage", {**here, "text": text}, refusal
    yield "sendMessage", here, "message text is empty"
    yield "editMessageText", {**edit, "text": "x" * 4097}, "MESSAGE_TOO_LONG"
    yield "sendPhoto", {**here, "photo": square(), "caption": "x" * 1025}, "message caption is too long"
    yield "sendMessage", {**here, **HI, "parse_mode": "Latex"}, "unsupported parse_mode"
    for html, refusal in (
        ("<b></b>", "text must be non-empty"),
        ("<b>bold", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ño <b>x</i>", 'Unmatched end tag at byte offset 8, expected "</b>", found "</i>"'),
        ("x </b>", "Unexpected end tag at byte offset 2"),
        ("Juan <Perez>", 'Unsupported start tag "perez" at byte offset 5'),
        ('<tg-time unix="soon">x</tg-time>', "Invalid unix time specified at byte offset 0"),
    ):
        said = refusal if "non-empty" in refusal else f"can't parse entities: {refusal}"
        yield "sendMessage", {**here, "text": html, "parse_mode": "HTML"}, said
    bold: Json = {"type": "bold", "offset": 0, "length": 1}
    for entities, refusal in (
        ([bold, {**bold, "type": "date_time", "unix_time": 1}], ""),
        (7, ""), ("{", ""),  # what is no array is passed over
        ([7], "can't parse MessageEntity: expected an Object"),
        ([{}], "can't parse MessageEntity: Can't find field \"offset\""),
        ([{"offset": 0, "length": 1}], "can't parse MessageEntity: Can't find field \"type\""),
        ([{**bold, "offset": []}], 'can\'t parse MessageEntity: Field "offset" must be of type Number'),
        ([{**bold, "offset": "x"}], 'can\'t parse MessageEntity: Can\'t parse "x" as an integer'),
        ([{**bold, "type": "loud"}], "can't parse MessageEntity: Unsupported type specified"),
        ([{**bold, "type": "text_link"}], "can't parse MessageEntity: Can't find field \"url\""),
        ([{**bold, "type": "date_time"}], "can't parse MessageEntity: Can't find field \"unix_time\""),
    ):  # fmt: skip
        yield "sendMessage", {**here, **HI, "entities": entities}, refusal


def keyboards(scene: Scene) -> Iterator[Case]:
    """Keyboards of both kinds."""
    keys: list[tuple[object, str]] = [
        ("{", "can't parse reply keyboard markup JSON object"),
        ([1], "object expected as reply markup"),
        ({"keyboard": "x"}, 'field "keyboard" must be of type Array'),
        ({"keyboard": ["x"]}, 'field "keyboard" must be an Array of Arrays'),
        ({"keyboard": [[None]]}, "can't parse keyboard button: KeyboardButton must be a String or an Object"),
        ({"keyboard": [[{}]]}, "can't parse keyboard button: Can't find field \"text\""),
        ({"keyboard": [[{"text": ""}]]}, ""),
        ({"keyboard": [[{"text": "x", "style": "loud"}]]},
         "can't parse keyboard button: invalid button style specified"),
        ({"keyboard": [[{"text": "x", "web_app": {"url": "http://x.co/"}}]]},
         "keyboard button Web App URL 'http://x.co/' is invalid: Only HTTPS links are allowed"),
        ({"inline_keyboard": 7}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": [7]},
         'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
        ({"inline_keyboard": [[TAP] * 13] * 9}, "reply markup is too long"),
        ({"inline_keyboard": [[TAP] * 13] * 8}, ""),  # of a row, twelve are shown
    ]  # fmt: skip
    for markup, refusal in keys:
        yield "sendMessage", {**HI, "chat_id": scene.chat, "reply_markup": markup}, refusal
    unread = "can't parse inline keyboard button: "
    buttons: list[tuple[object, str]] = [
        (7, f"{unread}InlineKeyboardButton must be an Object"),
        ({}, f"{unread}Can't find field \"text\""),
        ({"text": []}, f'{unread}Field "text" must be of type String'),
        ({**TAP, "text": ""}, ""),  # left out without a word
        ({"text": "x"}, f"{unread}Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": ""}, f"{unread}Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "é" * 32}, ""),
        ({"text": "x", "url": "http://[::1"},
         "inline keyboard button URL 'http://[::1' is invalid: Wrong HTTP URL"),
        ({"text": "x", "url": "ftp://x.co"},
         "inline keyboard button URL 'ftp://x.co' is invalid: Unsupported URL protocol"),
        ({"text": "x", "web_app": 7}, f'{unread}Field "web_app" must be of type Object'),
        ({"text": "x", "web_app": {}}, f"{unread}Can't find field \"url\""),
        ({"text": "x", "web_app": {"url": "http://x.co/"}},
         "inline keyboard button Web App URL 'http://x.co/' is invalid: Only HTTPS links are allowed"),
        ({"text": "x", "copy_text": "x"}, f'{unread}Field "copy_text" must be of type Object'),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "x" * 256}}, ""),
        ({**TAP, "style": "warning"}, f"{unread}invalid button style specified"),
        *(({**TAP, "style": style}, "") for style in ("danger", "success", "primary")),
    ]  # fmt: skip
    for button, refusal in buttons:
        markup = {"inline_keyboard": [[button]]}
        yield "sendMessage", {**HI, "chat_id": scene.chat, "reply_markup": markup}, refusal
    asked = {"keyboard": [[{"text": "x", "request_contact": True}]]}
    alone = "phone number can be requested in private chats only"
    yield "sendMessage", {**HI, "chat_id": scene.group, "reply_markup": asked}, alone


def files(scene: Scene) -> Iterator[Case]:
    """Photos, documents and albums."""
    here: Json = {"chat_id": scene.chat}
    yield "sendPhoto", here, "there is no photo in the request"
    yield "sendDocument", {**here, "document": "attach://one"}, "there is no document in the request"
    yield "sendDocument", {**here, "document": b""}, "file must be non-empty"
    yield "sendPhoto", {**here, "photo": b"not a picture"}, "IMAGE_PROCESS_FAILED"
    yield "sendPhoto", {**here, "photo": "AgAC"}, "wrong file identifier/HTTP URL specified"
    yield "sendPhoto", {**here, "photo": "https://x.co/a.jpg"}, "failed to get HTTP URL content"
    yield "sendPhoto", {**here, "photo": scene.document}, "can't use file of type Document as Photo"
    yield "sendDocument", {**here, "document": scene.picture}, "can't use file of type Photo as Document"
    yield "getFile", {}, "file_id not specified"
    yield "getFile", {"file_id": "AgAC"}, "invalid file_id"
    photo, paper = {"type": "photo", "media": scene.picture}, {"type": "document", "media": scene.document}
    unread = "can't parse InputMedia: "
    for media, refusal in (
        (None, 'parameter "media" is required'),
        ("{", "can't parse media JSON object"),
        (7, "expected an Array of InputMedia"),
        ([7, 8], f"{unread}expected an Object"),
        ([{"type": "photo"}], f"{unread}media not found"),
        ([{**photo, "media": "attach://one"}], f"{unread}media not found"),
        ([{"media": scene.picture}], f'{unread}Can\'t find field "type"'),
        ([{**photo, "type": "pizza"}], f'{unread}type "pizza" is unsupported'),
        ([{**photo, "type": "animation"}], f'{unread}type "animation" can\'t be used in sendMediaGroup'),
        ([], "there are no messages to send"),
        ([photo] * 11, "too many messages to send as an album"),
        ([photo, paper], "document can't be mixed with other media types"),
        ([photo], ""),
        ([paper, paper], ""),
    ):
        yield "sendMediaGroup", {**here, "media": media}, refusal
    edit: Json = {**here, "message_id": scene.photo}
    for media, refusal in (
        (None, 'parameter "media" is required'),
        ("{", "can't parse input media JSON object"),
        ([1], f"{unread}expected an Object"),
        ({**paper, "media": "attach://one"}, f"{unread}media not found"),
        ({**photo, "media": scene.document}, "can't use file of type Document as Photo"),
    ):
        yield "editMessageMedia", {**edit, "media": media}, refusal


def edited(scene: Scene) -> Iterator[Case]:
    """Edits and deletions."""
    here: Json = {"chat_id": scene.chat}
    gone = "message to edit not found"
    for method, change in (
        ("editMessageText", HI),
        ("editMessageCaption", {"caption": "b"}),
        ("editMessageReplyMarkup", {}),
        ("editMessageMedia", {"media": {"type": "photo", "media": scene.picture}}),
    ):
        yield method, change, "message identifier is not specified"
        yield method, {**change, "message_id": scene.text}, "chat_id is empty"
        for number in (None, 99, "x", 10**30):
            yield method, {**change, **here, "message_id": number}, gone
        for number in (scene.mine, scene.keys, scene.service):
            yield method, {**change, **here, "message_id": number}, "message can't be edited"
    text: Json = {**here, "message_id": scene.text, "text": "one"}
    same = "message is not modified: specified new message content and reply markup are exactly the same as a"
    markup = {"inline_keyboard": [[TAP]]}
    unmodified = f"{same} current content and reply markup of the message"
    yield "editMessageText", {**text, "reply_markup": markup}, unmodified
    yield "editMessageText", {**text, "reply_markup": {"keyboard": [["x"]]}}, "inline keyboard expected"
    yield "editMessageText", {**text, "reply_markup": {"force_reply": True}}, "inline keyboard expected"
    photo: Json = {**here, "message_id": scene.photo}
    yield "editMessageText", {**photo, **HI}, "there is no text in the message to edit"
    yield "editMessageCaption", {**text, "caption": "b"}, "there is no caption in the message to edit"
    yield "deleteMessage", {"message_id": 1}, "chat identifier is not specified"
    yield "deleteMessage", here, "message identifier is not specified"
    yield "deleteMessage", {**here, "message_id": 99}, "message to delete not found"
    foreign: Json = {"chat_id": scene.group, "message_id": scene.in_group}
    yield "deleteMessage", foreign, "message can't be deleted for everyone"
    for numbers, refusal in _identifiers():
        yield "deleteMessages", {**here, "message_ids": numbers}, refusal
    yield "deleteMessages", {**here, "message_ids": [98, 99]}, ""


def _identifiers() -> Iterator[tuple[object, str]]:
    yield None, "message identifiers are not specified"
    yield [], "message identifiers are not specified"
    yield "{", "can't parse message_ids JSON object"
    yield 7, "expected an Array of message identifiers"
    yield list(range(1, 102)), "too many message identifiers specified"
    yield [{}], "message identifier must be a Number"
    yield ["x"], "can't parse message identifier as Number"
    yield [0], "invalid message identifier specified"


def passed_on(scene: Scene) -> Iterator[Case]:
    """Forwarding and copying."""
    here: Json = {"chat_id": scene.chat, "from_chat_id": scene.chat}
    for verb, done in (("forward", "forwarded"), ("copy", "copied")):
        one, several = f"{verb}Message", f"{verb}Messages"
        lost = {"chat_id": scene.chat, "message_id": 1, "message_ids": [1]}
        yield one, lost, 'parameter "from_chat_id" is required'
        yield several, lost, 'parameter "from_chat_id" is required'
        yield one, {**here, "from_chat_id": 999, "message_id": 1}, "chat not found"
        yield one, {**here, "message_id": 99}, f"message to {verb} not found"
        yield one, here, f"message to {verb} not found"
        yield one, {**here, "message_id": scene.service}, f"the message can't be {done}"
        yield one, {**here, "message_id": scene.mine}, ""
        for numbers, refusal in _identifiers():
            yield several, {**here, "message_ids": numbers}, refusal
        strictly = "message identifiers must be in a strictly increasing order"
        yield several, {**here, "message_ids": [2, 1]}, strictly
        yield several, {**here, "message_ids": [98, 99]}, "there are no messages to forward"


def marked(scene: Scene) -> Iterator[Case]:
    """Reactions and pins."""
    here: Json = {"chat_id": scene.chat, "message_id": scene.mine}
    thumb = {"type": "emoji", "emoji": "👍"}
    yield "setMessageReaction", {**here, "message_id": 99}, "message to react not found"
    for reaction, refusal in (
        (7, "expected an Array of ReactionType"),
        ("{", "can't parse reaction types JSON object"),
        ([7], "can't parse ReactionType: expected an Object"),
        ([{}], "can't parse ReactionType: Can't find field \"type\""),
        ([{"type": "emoji"}], "can't parse ReactionType: Can't find field \"emoji\""),
        ([{"type": "paid"}], "can't parse ReactionType: invalid reaction type specified"),
        ([{"type": "emoji", "emoji": "✅"}], "REACTION_INVALID"),
        ([thumb, {"type": "emoji", "emoji": "🔥"}], "REACTIONS_TOO_MANY"),
        ([thumb], ""),
        ([], ""),
        (None, ""),
    ):
        yield "setMessageReaction", {**here, "reaction": reaction}, refusal
    yield "pinChatMessage", {**here, "message_id": 99}, "message to pin not found"
    yield "pinChatMessage", {**here, "message_id": scene.pinned}, "CHAT_NOT_MODIFIED"
    yield "pinChatMessage", {**here, "message_id": scene.service}, "service messages can't be pinned"
    yield "unpinChatMessage", {**here, "message_id": 99}, "message to unpin not found"
    there: Json = {"chat_id": scene.group, "message_id": scene.posted}
    yield "unpinChatMessage", there, "message to unpin not found"
    rights = "not enough rights to manage pinned messages in the chat"
    yield "pinChatMessage", there, rights
    yield "unpinAllChatMessages", {"chat_id": scene.group}, rights


def arranged(scene: Scene) -> Iterator[Case]:
    """Commands, callback queries, members, updates."""
    start: Json = {"command": "/start", "description": "Start"}
    for commands, refusal in (
        ("{", "can't parse commands JSON object"),
        (7, "expected an Array of BotCommand"),
        ([7], "can't parse BotCommand: expected an Object"),
        ([{"command": "x"}], "can't parse BotCommand: Can't find field \"description\""),
        ([{**start, "command": "/"}], "command must be non-empty"),
        ([{**start, "command": "x" * 33}], "command length must not exceed 32"),
        ([{**start, "description": " "}], "command description must be non-empty"),
        ([{**start, "description": "x" * 257}], "command description length must not exceed 256"),
        ([{**start, "command": "Über"}], "BOT_COMMAND_INVALID"),
        ([start] * 101, "BOT_COMMANDS_TOO_MUCH"),
        ([start], ""),
    ):
        yield "setMyCommands", {"commands": commands}, refusal
    unread = "can't parse BotCommandScope: "
    for scope, refusal in (
        ("{", "can't parse BotCommandScope JSON object"),
        (7, f"{unread}BotCommandScope must be an Object"),
        ({}, f"{unread}Can't find field \"type\""),
        ({"type": "moon"}, f"{unread}Unsupported type specified"),
        ({"type": "chat"}, f"{unread}Can't find field \"chat_id\""),
        ({"type": "chat", "chat_id": 999}, "chat not found"),
        ({"type": "chat_administrators", "chat_id": scene.chat},
         "can't use specified scope in private chats"),
        ({"type": "chat_member", "chat_id": scene.group}, f"{unread}Can't find field \"user_id\""),
        ({"type": "chat", "chat_id": scene.chat}, ""),
    ):  # fmt: skip
        yield "setMyCommands", {"commands": [start], "scope": scope}, refusal
    yield "getMyCommands", {"language_code": "Spanish"}, "invalid language code specified"
    old = "query is too old and response timeout expired or query ID is invalid"
    yield "answerCallbackQuery", {"callback_query_id": "7"}, old
    yield "answerCallbackQuery", {"callback_query_id": "7", "text": "x" * 201}, "MESSAGE_TOO_LONG"
    yield "getChatMember", {"chat_id": scene.group}, "invalid user_id specified"
    yield "getUpdates", {"allowed_updates": "{", "timeout": 0}, ""
    hook: Json = {"url": "http://127.0.0.1:9/"}
    yield "setWebhook", {**hook, "secret_token": "a b"}, "secret token contains unallowed characters"
    yield "setWebhook", {**hook, "secret_token": "x" * 257}, "secret token is too long"


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
async def test_each_call_is_refused_as_telegram_refuses_it(caller: Caller, scene: Scene, form: bool) -> None:
    tables = (addressed, written, keyboards, files, edited, passed_on, marked, arranged)
    wrong: list[tuple[str, Json, str, str]] = []
    for method, arguments, refusal in (case for table in tables for case in table(scene)):
        if form and "\ud800" in str(arguments.get("text")):
            continue  # no form can carry it
        answer = await caller.call(method, arguments, form=form)
        expected = f"Bad Request: {refusal}" if refusal else ""
        heard = answer.get("description", "")
        if heard != expected or (refusal and answer["error_code"] != 400):
            wrong.append((method, arguments, expected, heard))
    assert wrong == []


async def test_those_who_are_away_are_told_apart(
    caller: Caller, telegram: SandboxClient, ana: Person, scene: Scene
) -> None:
    unknown = await caller.call("sendPizza", {})
    assert (unknown["error_code"], unknown["description"]) == (404, "Not Found: method not found")
    await ana.blocks()
    await telegram.call("POST", f"/groups/{scene.group}/kick")
    for chat, description in (
        (scene.chat, "bot was blocked by the user"),
        (scene.stranger, "bot can't initiate conversation with a user"),
        (scene.group, "bot was kicked from the supergroup chat"),
    ):
        for method, more in (("sendMessage", HI), ("sendChatAction", {"action": "typing"})):
            answer = await caller.call(method, {"chat_id": chat, **more})
            assert (answer["error_code"], answer["description"]) == (403, f"Forbidden: {description}")
    await caller.result("setWebhook", url="http://127.0.0.1:9/")
    answer = await caller.call("getUpdates", {})
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
