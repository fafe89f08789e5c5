"""JSON views of messages, chats and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.api.methods.marking import last_pinned
from bot.sandbox.api.methods.outgoing import EFFECTS
from bot.sandbox.state.messages import StoredMessage
from bot.sandbox.state.people import SandboxGroup, SandboxPerson
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

FILES = "/sandbox/api/files"


def message_view(message: StoredMessage, reactions: Sequence[str] = ()) -> Json:
    """One message; of a deleted one the id only."""
    body, sender = message.body, message.body["from"]
    view: Json = {
        "message_id": message.message_id,
        "seq": message.seq,
        "from": {"id": sender["id"], "first_name": sender["first_name"], "is_bot": sender["is_bot"]},
        "date": body["date"],
        "edited": "edit_date" in body,
        "deleted": message.deleted,
    }
    return view if message.deleted else {**view, **_content(message), "reactions": list(reactions)}


def _content(message: StoredMessage) -> Json:
    body = message.body
    return {
        "text": body.get("text"),
        "caption": body.get("caption"),
        "entities": body.get("entities") or body.get("caption_entities") or [],
        "contact": body.get("contact"),
        "album": body.get("media_group_id"),
        "thread": body.get("message_thread_id"),
        "reply_to": _answered(body.get("reply_to_message")),
        "quote": body.get("quote", {}).get("text"),
        "forwarded": _origin(body.get("forward_origin")),
        "effect": EFFECTS.get(body.get("effect_id", "")),
        "pinned": body.get("pinned_message", {}).get("message_id"),
        "buttons": buttons_view(message),
        "keyboard": _keyboard_kind(message),
        **_photo(body.get("photo")),
        **_document(body.get("document")),
    }


def _answered(message: Json | None) -> int | None:
    """The message replied to; None for the one that opened the topic."""
    return message["message_id"] if message and "forum_topic_created" not in message else None


def _origin(origin: Json | None) -> str | None:
    """Whose message was forwarded, by name."""
    if origin is None:
        return None
    source: Json = origin.get("sender_user") or origin.get("chat") or {}
    names = (source.get("first_name"), source.get("last_name"), source.get("title"))
    return " ".join(name for name in names if name) or None


def _photo(sizes: list[Json] | None) -> Json:
    if not sizes:
        return {"photo_url": None}
    largest = sizes[-1]
    return {
        "photo_url": f"{FILES}/{largest['file_id']}",
        "photo_width": largest["width"],
        "photo_height": largest["height"],
    }


def _document(document: Json | None) -> Json:
    if not document:
        return {"document_url": None, "file_name": None}
    return {
        "document_url": f"{FILES}/{document['file_id']}",
        "file_name": document.get("file_name"),
        "file_size": document["file_size"],
        "mime_type": document.get("mime_type"),
    }


def _keyboard_kind(message: StoredMessage) -> str | None:
    if message.inline_rows:
        return "inline"
    return "reply" if (message.keyboard or {}).get("keyboard") else None


def buttons_view(message: StoredMessage) -> list[list[Json]]:
    """Inline buttons, or the keys of the reply keyboard that came with the message."""
    rows: list[list[Json]] = message.inline_rows or (message.keyboard or {}).get("keyboard", [])
    return [[button_view(button) for button in row] for row in rows]


def button_view(button: Json) -> Json:
    view: Json = {"label": button["text"]}
    if "callback_data" in button:
        view["data"] = button["callback_data"]
    if url := button.get("url") or button.get("web_app", {}).get("url"):
        view["url"] = url
    if "copy_text" in button:
        view["copy"] = button["copy_text"]["text"]
    if button.get("request_contact"):
        view["contact"] = True
    if "style" in button:
        view["style"] = button["style"]
    return view


def keyboard_view(markup: Json | None) -> Json | None:
    """The reply keyboard now under the input line."""
    if markup is None:
        return None
    return {
        "message_id": markup["message_id"],
        "rows": [[button_view(button) for button in row] for row in markup.get("keyboard", [])],
        "placeholder": markup.get("input_field_placeholder"),
        "one_time": bool(markup.get("one_time_keyboard")),
        "force_reply": bool(markup.get("force_reply")),
    }


def chat_view(state: SandboxState, person: SandboxPerson, chat_id: int, after: int) -> Json:
    """Changes of a chat after `after`, with its keyboard, menu and typing indicator."""
    changed, reactions = state.messages.since(chat_id, after), state.marks.reactions(chat_id)
    pinned = last_pinned(state, chat_id)
    return {
        "seq": max(after, state.feed.latest(chat_id)),
        "messages": [message_view(one, reactions.get(one.message_id, ())) for one in changed],
        "pinned": message_view(pinned) if pinned else None,
        "commands": state.bot.commands_for(person),
        "action": state.feed.action(chat_id),
        "reply_keyboard": keyboard_view(state.messages.keyboard(chat_id)),
        "blocked": person.blocked,
        "started": person.started,
    }


def person_view(person: SandboxPerson) -> Json:
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": person.username,
        "language_code": person.language_code,
        "phone_number": person.phone_number,
        "started": person.started,
        "blocked": person.blocked,
    }


def group_view(state: SandboxState, group: SandboxGroup) -> Json:
    topics: list[Any] = [{"thread": thread, "name": name} for thread, name in group.topics.items()]
    members = state.groups.members(group.id)
    return {
        "id": group.id,
        "title": group.title,
        "topics": topics,
        "members": members,
        "kicked": group.kicked,
    }


def preview_of(state: SandboxState, chat_id: int) -> Json:
    """The line of a chat in a list of chats."""
    last = state.messages.last(chat_id)
    return {
        "seq": state.feed.latest(chat_id),
        "action": state.feed.action(chat_id),
        "last": message_view(last) if last else None,
    }
