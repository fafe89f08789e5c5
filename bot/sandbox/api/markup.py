"""Keyboards under messages, checked as Telegram checks them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.store import Json

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
ACTIONS = frozenset(
    {"callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
     "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game"}
)  # fmt: skip
LONE_HOST = re.compile(r"[a-z-]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """A keyboard: either inline (part of the message) or under the input line (not part of it)."""

    inline: Json | None = None
    keyboard: Json | None = None

    def on(self, content: Json) -> Json:
        """The message's content with this inline keyboard, or with none."""
        bare = {name: value for name, value in content.items() if name != "reply_markup"}
        if self.inline and any(self.inline["inline_keyboard"]):
            return {**bare, "reply_markup": self.inline}
        return bare


def read_markup(arguments: Arguments) -> Markup:
    """Read a keyboard. Raises BadRequest for what Telegram refuses."""
    markup = arguments.structure("reply_markup")
    if not markup:
        return Markup()
    if not isinstance(markup, dict):
        raise BadRequest("object expected as reply markup")
    return _inline(markup) if "inline_keyboard" in markup else Markup(keyboard=_keyboard(markup))


def _inline(markup: Json) -> Markup:
    rows = _rows(markup, "inline_keyboard")
    if any(not isinstance(button, dict) for row in rows for button in row):
        raise BadRequest("can't parse inline keyboard button: expected an Object")
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise BadRequest("reply markup is too long")
    for row in rows:
        for button in row:
            _check_button(button)
    return Markup(inline={"inline_keyboard": [row for row in rows if row]})


def _check_button(button: Json) -> None:
    if not button.get("text"):
        raise BadRequest("inline keyboard button text must be non-empty")
    if not ACTIONS & button.keys():
        raise BadRequest("Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 0 < size <= MAX_DATA_BYTES:
            raise BadRequest("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_url(str(button["url"]))
    if "web_app" in button:
        _check_web_app(button["web_app"], "inline keyboard button")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL") from None
    if parts.scheme not in ("http", "https", "tg"):
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if parts.scheme != "tg" and (not parts.hostname or LONE_HOST.match(parts.hostname)):
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _keyboard(markup: Json) -> Json:
    if "keyboard" not in markup:
        return markup
    rows = [[_reply_button(button) for button in row] for row in _rows(markup, "keyboard")]
    if any(not button.get("text") for row in rows for button in row):
        raise BadRequest("keyboard button text must be non-empty")
    return {**markup, "keyboard": rows}


def _rows(markup: Json, name: str) -> list[list[Any]]:
    """Rows of buttons of any kind."""
    rows = markup[name]
    if not isinstance(rows, list):
        raise BadRequest(f'field "{name}" must be of type Array')
    listed = cast("list[Any]", rows)
    if not all(isinstance(row, list) for row in listed):
        raise BadRequest(f'field "{name}" must be an Array of Arrays')
    return listed


def _reply_button(button: Any) -> Json:
    if not isinstance(button, str | dict):
        raise BadRequest("can't parse keyboard button: expected an Object")
    read: Json = {"text": button} if isinstance(button, str) else dict(cast(Json, button))
    if "web_app" in read:
        _check_web_app(read["web_app"], "keyboard button")
    return read


def _check_web_app(web_app: object, where: str) -> None:
    """Raises BadRequest for a page inside Telegram that is not reached by HTTPS."""
    if not isinstance(web_app, dict):
        raise BadRequest("object expected as Web App")
    url = str(cast(Json, web_app).get("url", ""))
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise BadRequest(f"{where} Web App URL '{url}' is invalid: Only HTTPS links are allowed")
