"""Keyboards: what Telegram accepts under a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.arguments import Arguments
from bot.sandbox.errors import BadRequest
from bot.sandbox.store import Json

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
ACTIONS = frozenset(
    {"callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
     "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game"}
)  # fmt: skip
LONE_HOST = re.compile(r"[a-z-]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """Either inline (part of the message) or a keyboard under the input line (not part of it)."""

    inline: Json | None = None
    keyboard: Json | None = None

    def on(self, content: Json) -> Json:
        """The message content with its inline keyboard; without one, none is left."""
        bare = {name: value for name, value in content.items() if name != "reply_markup"}
        if self.inline and any(self.inline["inline_keyboard"]):
            return {**bare, "reply_markup": self.inline}
        return bare


def read_markup(arguments: Arguments) -> Markup:
    """Raises BadRequest for what Telegram refuses."""
    markup = arguments.structure("reply_markup")
    if not markup:
        return Markup()
    if not isinstance(markup, dict):
        raise BadRequest("object expected as reply markup")
    return _inline(markup) if "inline_keyboard" in markup else Markup(keyboard=_keyboard(markup))


def _inline(markup: Json) -> Markup:
    rows: list[list[Json]] = markup["inline_keyboard"]
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


def _check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https", "tg"):
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if parts.scheme != "tg" and (not parts.hostname or LONE_HOST.match(parts.hostname)):
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _keyboard(markup: Json) -> Json:
    if "keyboard" not in markup:
        return markup
    rows = [[_reply_button(button) for button in row] for row in markup["keyboard"]]
    if any(not button["text"] for row in rows for button in row):
        raise BadRequest("keyboard button text must be non-empty")
    return {**markup, "keyboard": rows}


def _reply_button(button: Any) -> Json:
    return {"text": button} if isinstance(button, str) else dict(button)
