"""Data minimisation of updates: of the messages that an update refers to, only what a handler reads is kept.

Telegram sends with every tap the whole message under the button, and with every reply the message replied to:
clients' cards, one-time links, a pairing code. The inbox needs which message it was, not what it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

Json = dict[str, Any]
KEPT: Final = frozenset(
    {
        "message_id",
        "message_thread_id",
        "is_topic_message",
        "date",
        "chat",
        "photo",
        "forum_topic_created",
    }
)
"""Of a message that an update refers to. A photo is its file ids; the name of a topic is in the message that
opened it, to which Telegram makes every message of the topic a reply."""
KEPT_OF_A_CHAT: Final = frozenset({"id", "type", "is_forum", "title"})
"""A private chat's name is the person's, who is named as the sender already."""
REFERS: Final = frozenset({"reply_to_message", "pinned_message", "external_reply", "quote"})
"""Members of a message that bring another one along."""


def minimised(payload: Mapping[str, Any]) -> Json:
    """An update with nothing of other messages but what a handler reads."""
    return {name: _body(value) if isinstance(value, dict) else value for name, value in payload.items()}


def _body(body: Json) -> Json:
    tapped = body.get("message")
    if isinstance(tapped, dict) and "data" in body:
        return body | {"message": _tapped(cast("Json", tapped), body["data"])}
    return _sent(body)


def _sent(message: Json) -> Json:
    """The message that was sent stays whole; the one it replies to is minimised."""
    kept = {name: value for name, value in message.items() if name not in REFERS}
    replied = message.get("reply_to_message")
    if isinstance(replied, dict):
        kept["reply_to_message"] = _referred(cast("Json", replied))
    return kept


def _tapped(message: Json, data: object) -> Json:
    """Of the message under the button only that button stays: its label is shown when it is out of date."""
    kept = _referred(message)
    button = _button(message, data)
    if button is not None:
        kept["reply_markup"] = {"inline_keyboard": [[button]]}
    if isinstance(replied := message.get("reply_to_message"), dict):
        kept["reply_to_message"] = _referred(cast("Json", replied))
    return kept


def _referred(message: Json) -> Json:
    kept = {name: value for name, value in message.items() if name in KEPT}
    chat = kept.get("chat")
    if isinstance(chat, dict):
        kept["chat"] = {name: value for name, value in cast("Json", chat).items() if name in KEPT_OF_A_CHAT}
    return kept


def _button(message: Json, data: object) -> Json | None:
    markup = message.get("reply_markup")
    rows = cast("Json", markup).get("inline_keyboard") if isinstance(markup, dict) else None
    for row in cast("list[object]", rows) if isinstance(rows, list) else ():
        for button in cast("list[object]", row) if isinstance(row, list) else ():
            if isinstance(button, dict) and cast("Json", button).get("callback_data") == data:
                return cast("Json", button)
    return None
