"""Keyboards under messages, checked and cut as Telegram does it.

Follows `get_reply_markup` of telegram-bot-api (telegram-bot-api/Client.cpp) and of tdlib
(td/telegram/ReplyMarkup.cpp).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import (
    WrongField,
    object_field,
    object_of,
    optional_text,
    parsing,
    text_field,
)
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.store import Json

MAX_DATA_BYTES = 64
MAX_COPIED = 256  # core.telegram.org/bots/api#copytextbutton
MAX_ROW = 12
"""Buttons of a row; the others are left out without a word."""
MAX_BUTTONS = 100
STYLES = frozenset({"", "danger", "success", "primary"})
ACTIONS = (
    "url", "callback_data", "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat", "login_url", "web_app", "copy_text",
)  # fmt: skip
"""What a button can do; the first that is set counts."""
LOOKS = ("style", "icon_custom_emoji_id")
LONE_HOST = re.compile(r"[a-z-]+$", re.IGNORECASE)
Rows = list[list[Json]]


@dataclass(frozen=True, slots=True)
class Markup:
    """A keyboard: either inline (part of the message) or under the input line (not part of it)."""

    inline: Json | None = None
    keyboard: Json | None = None

    def on(self, content: Json) -> Json:
        """The message's content with this inline keyboard, or with none."""
        bare = {name: value for name, value in content.items() if name != "reply_markup"}
        return {**bare, "reply_markup": self.inline} if self.inline else bare


def read_markup(arguments: Arguments, *, private: bool = True, only_inline: bool = False) -> Markup:
    """Read a keyboard; `only_inline` for edits, `private` for a chat that may be asked for a contact.

    Raises BadRequest for what Telegram refuses.
    """
    markup: object = arguments.structure("reply_markup", "reply keyboard markup")
    if markup in (None, ""):
        return Markup()
    if not isinstance(markup, dict):
        raise BadRequest("object expected as reply markup")
    read = _read(cast(Json, markup))
    if only_inline and read.keyboard:
        raise BadRequest("inline keyboard expected")
    for row in (read.keyboard or {}).get("keyboard", []):
        for key in row:
            _check_key(key, private)
    return _checked(read)


def _read(markup: Json) -> Markup:
    keys = _rows(markup, "keyboard", "keyboard button", _key)
    buttons = _rows(markup, "inline_keyboard", "inline keyboard button", _button)
    if "keyboard" in markup and keys:
        return Markup(keyboard={**markup, "keyboard": keys})
    if buttons:
        return Markup(inline={"inline_keyboard": buttons})
    is_other = markup.get("remove_keyboard") or markup.get("force_reply")
    return Markup(keyboard=markup) if is_other else Markup()


def _rows(markup: Json, name: str, what: str, read: Callable[[object], Json]) -> Rows:
    """Rows of buttons; those without a text, and rows without buttons, are left out."""
    listed: object = markup.get(name)
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise BadRequest(f'field "{name}" must be of type Array')
    given = cast("list[object]", listed)
    if not all(isinstance(row, list) for row in given):
        owner = " of the InlineKeyboardMarkup" if name == "inline_keyboard" else ""
        raise BadRequest(f'field "{name}"{owner} must be an Array of Arrays')
    with parsing(what):
        rows = [[read(button) for button in row] for row in cast("list[list[object]]", given)]
    shown = [[button for button in row if button["text"]][:MAX_ROW] for row in rows]
    return [row for row in shown if row]


def _key(given: object) -> Json:
    """A key of a reply keyboard."""
    if isinstance(given, str):
        return {"text": given}
    button = object_of(given, "KeyboardButton must be a String or an Object")
    key: Json = {**button, "text": text_field(button, "text"), **_looks(button)}
    if key.get("web_app") is not None:
        text_field(object_field(key, "web_app"), "url")
    return key


def _button(given: object) -> Json:
    """An inline button with one action."""
    button = object_of(given, "InlineKeyboardButton must be an Object")
    text, looks = text_field(button, "text"), _looks(button)
    for name in ("url", "callback_data"):
        if value := optional_text(button, name):
            return {"text": text, name: value, **looks}
    action = next((name for name in ACTIONS[2:] if button.get(name) is not None), None)
    match action:
        case None:
            raise WrongField("Text buttons are unallowed in the inline keyboard")
        case "web_app" | "login_url":
            text_field(object_field(button, action), "url")
        case "copy_text":
            text_field(object_field(button, action), "text")
        case _:
            pass
    return {"text": text, action: button[action], **looks}


def _looks(button: Json) -> Json:
    if optional_text(button, "style") not in STYLES:
        raise WrongField("invalid button style specified")
    return {name: button[name] for name in LOOKS if button.get(name)}


def _checked(markup: Markup) -> Markup:
    rows: Rows = (markup.inline or {}).get("inline_keyboard", [])
    for row in rows:
        for button in row:
            _check_action(button)
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise BadRequest("reply markup is too long")
    return markup


def _check_key(key: Json, private: bool) -> None:
    asked = next((name for name in ("request_contact", "request_location", "web_app") if key.get(name)), None)
    match asked:
        case "request_contact" if not private:
            raise BadRequest("phone number can be requested in private chats only")
        case "request_location" if not private:
            raise BadRequest("location can be requested in private chats only")
        case "web_app" if not private:
            raise BadRequest("Web App buttons can be used in private chats only")
        case "web_app":
            _check_page(key["web_app"]["url"], "keyboard button Web App")
        case _:
            pass


def _check_action(button: Json) -> None:
    match button:
        case {"callback_data": str(data)} if len(data.encode()) > MAX_DATA_BYTES:
            raise BadRequest("BUTTON_DATA_INVALID")
        case {"url": str(url)}:
            _check_url(url)
        case {"web_app": {"url": url}}:
            _check_page(str(url), "inline keyboard button Web App")
        case {"login_url": {"url": url}}:
            _check_page(str(url), "inline keyboard button login")
        case {"copy_text": {"text": text}} if not 1 <= len(str(text)) <= MAX_COPIED:
            raise BadRequest("BUTTON_COPY_TEXT_INVALID")
        case _:
            pass


def _check_url(url: str) -> None:
    wrong = f"inline keyboard button URL '{url}' is invalid"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        raise BadRequest(f"{wrong}: Wrong HTTP URL") from None
    if parts.scheme not in ("http", "https", "tg"):
        raise BadRequest(f"{wrong}: Unsupported URL protocol")
    if parts.scheme != "tg" and (not parts.hostname or LONE_HOST.match(parts.hostname)):
        raise BadRequest(f"{wrong}: Wrong HTTP URL")


def _check_page(url: str, where: str) -> None:
    """Raises BadRequest for a page inside Telegram that is not reached by HTTPS."""
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise BadRequest(f"{where} URL '{url}' is invalid: Only HTTPS links are allowed")
