"""Mutants of updates: every sort the bot meets, with a member that no Bot API server would send so."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

from tests.support.hostile_telegram import tap_of, text_of
from tests.support.sandbox.client import Person

DEPTH: Final = 10_000
DEEP: Final = "\N{SNOWMAN}deep"
"""Stands for a member nested ten thousand deep, which Python's own writer of JSON cannot write."""
DEEP_JSON: Final = "[" * DEPTH + "]" * DEPTH
TEXTS: Final = (
    "",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "x" * 4097,
    "\u202eabc\u202c",
    "\u200f" * 50,
    "\N{SMILING FACE WITH SUNGLASSES}" * 2100,
    "<b>",
    "%s{x}",
    "/start \0",
    "/start@other",
    "/",
    "1e999",
)
NUMBERS: Final = (
    0,
    -1,
    2**31,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**400,
    1.5,
    -0.0,
    1e308,
    float("inf"),
    float("nan"),
    True,
)
STRANGE: Final = (None, True, [], {}, "", 0, 1.5, [[]], [None], {"id": None}, DEEP)
UNKNOWN: Final = (
    "edited_message",
    "channel_post",
    "poll",
    "chat_boost",
    "brand_new_kind",
    "message_reaction",
)
Path = tuple[str | int, ...]
Json = dict[str, Any]


def sorts(person: Person, message_id: int) -> list[Json]:
    """One healthy update of each sort, without its id."""
    said = text_of(person, "hello", message_id)
    bare = {name: value for name, value in said.items() if name != "text"}
    picture = {"file_id": "AAA", "file_unique_id": "u", "width": 90, "height": 60, "file_size": 900}
    sheet = {"file_id": "BBB", "file_unique_id": "v", "file_name": "a.pdf", "mime_type": "application/pdf"}
    card = {"phone_number": "+573001234567", "first_name": person.name, "user_id": person.id}
    group = {"id": -1001234567890, "type": "supergroup", "title": "Desk", "is_forum": True}
    bot = {"id": 42, "is_bot": True, "first_name": "Gym", "username": "gym_bot"}
    change = {
        "chat": said["chat"],
        "from": said["from"],
        "date": said["date"],
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
    }
    command = [{"type": "bot_command", "offset": 0, "length": 6}]
    topic = {"message_thread_id": 7, "is_topic_message": True}
    phone = {**sheet, "file_name": "IMG_0001.HEIC", "mime_type": "image/heic"}
    reply = {**bare, "from": bot, "document": {**sheet, "file_name": "gym-2026-08-03.001"}}
    place = {"latitude": 4.7, "longitude": -74.1, "horizontal_accuracy": 9.5}
    return [
        {"message": said},
        {"message": {**said, "text": "/start", "entities": command}},
        {"message": {**said, "text": "/start q123", "entities": command}},
        {"message": {**bare, "photo": [picture, picture], "caption": "Rosa"}},
        {"message": {**bare, "photo": [picture], "media_group_id": "g1"}},
        {"message": {**bare, "contact": card}},
        {"message": {**bare, "document": sheet}},
        {"message": {**said, "chat": group, **topic, "reply_to_message": bare}},
        {"message": {**bare, "voice": {"file_id": "C", "file_unique_id": "w", "duration": 3}}},
        {"message": {**bare, "document": phone, "media_group_id": "g2"}},
        {"message": {**said, "text": "¿cómo congelo mi plan?", "reply_to_message": reply}},
        {"message": {**said, "via_bot": bot}},
        {"message": {**said, "chat": group, "sender_chat": group}},
        {"message": {**bare, "chat": group, "migrate_to_chat_id": -1009876543210}},
        {"message": {**bare, "location": place}},
        {"message": {**bare, "pinned_message": reply}},
        {"callback_query": tap_of(person, "home", message_id)},
        {"callback_query": tap_of(person, "visits|0|0", message_id)},
        {"callback_query": tap_of(person, "rprt|money|20260801|20260803", message_id)},
        {"callback_query": tap_of(person, "sale|AAAAAAAAAAAAAAAAAAAAAA", message_id)},
        {"my_chat_member": change},
        {"my_chat_member": {**change, "chat": group}},
        {"edited_message": {**said, "edit_date": said["date"]}},
        {"channel_post": {**said, "chat": {**group, "type": "channel"}}},
    ]


@st.composite
def mutants(draw: st.DrawFn, person: Person) -> bytes:
    """An update's JSON in which one to three members are not as they should be; `%d` stands for its id."""
    update = {"update_id": "%d", **draw(st.sampled_from(sorts(person, draw(st.integers(1, 50)))))}
    for _ in range(draw(st.integers(1, 3))):
        update = draw(_changed(update))
    raw = written(update)
    return draw(st.sampled_from((raw, raw, raw, raw, _doubled(raw))))


@st.composite
def _changed(draw: st.DrawFn, update: Json) -> Json:
    changed = copy.deepcopy(update)
    paths = list(_paths(changed))
    if not paths:
        return changed
    path = draw(st.sampled_from(paths))
    holder: Any = _at(changed, path[:-1])
    match draw(st.sampled_from(("value", "value", "value", "strange", "missing", "unknown"))):
        case "missing":
            del holder[path[-1]]
        case "unknown" if isinstance(holder, dict):
            name = draw(st.sampled_from((*UNKNOWN, *TEXTS[1:4])))
            holder[name] = copy.deepcopy(draw(st.sampled_from((*STRANGE, update.get("message")))))
        case "strange":
            holder[path[-1]] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
        case _:
            kind = TEXTS if isinstance(holder[path[-1]], str) else NUMBERS
            holder[path[-1]] = draw(st.sampled_from(kind))
    return changed


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Where every member is, at any depth."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*path, name)
            yield from _paths(one, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield (*path, place)
            yield from _paths(one, (*path, place))


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def written(update: Json) -> bytes:
    """As JSON, with what JSON has no place for."""
    return json.dumps(update).replace(json.dumps(DEEP), DEEP_JSON).replace('"%d"', "%d").encode()


def _doubled(raw: bytes) -> bytes:
    """Every member of the outermost object twice."""
    return b"{" + raw[1:-1] + b"," + raw[1:] if len(raw) > 2 else raw
