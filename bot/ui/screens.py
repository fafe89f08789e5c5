"""Screens: one message as typed HTML, buttons and perhaps a picture; typed text is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.ui.keyboards import Keyboard
from gym.core.errors import GymError
from gym.core.language import Translator
from gym.core.text import telegram_length

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ALERT_LIMIT = 200
_TOKEN = re.compile(r"<[^>]*>|&[#\w]+;|\n|[^<&\n]+|.", re.DOTALL)


class Html(str):
    """Text that is markup already and is not escaped again when it fills a placeholder."""

    __slots__ = ()


class HtmlTranslator(Translator):
    """Fills messages for Telegram's HTML: text values are escaped, `Html` values are not."""

    def show(self, value: object) -> str:
        return str(value) if isinstance(value, Html) else super().show(value)

    def text(self, value: str) -> str:
        return html.escape(value, quote=False)


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: HTML text, typed buttons, perhaps a picture above them."""

    text: str
    keyboard: Keyboard = ()
    photo: bytes | None = None
    """Taken for a picture of a person, which is deleted after ten minutes, unless it is `drawn`."""
    drawn: bool = False
    """The picture is a code or a chart and shows nobody: it may stay in the chat, and others may see it."""
    of_client: bool = False
    """A client's card: its buttons act on that client, so the card before it in this chat loses its own."""
    contact: str | None = None
    """Label of a key under the input line that shares the person's own contact (new messages only)."""
    drop_keys: bool = False
    """Take the keys under the input line away (new messages without buttons only)."""
    secret: bool = False
    """It opens somebody's account: a link, code or QR. Never shown where others read along."""
    quotes: int | None = None
    """The message of this chat that it replies to (new messages without a picture only)."""
    silent: bool = False
    """It arrives without a sound (new messages without a picture only)."""
    stays: bool = False
    """A record: a press of one of its buttons is answered below it, never in its place."""


def say_error(t: Translator, error: GymError) -> str:
    """A fault as a localised sentence in HTML; the only renderer of faults for chats."""
    return t(error.message, **error.context)


def bare(markup: str) -> str:
    """HTML without tags and entities."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def plain(markup: str) -> str:
    """HTML as toasts and alerts take it: without tags, 200 letters at most."""
    text = bare(markup)
    return text if len(text) <= ALERT_LIMIT else text[: ALERT_LIMIT - 1] + "…"


def split_html(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Pieces of valid HTML below `limit` each: open tags are closed and opened again.

    A piece ends at the end of a line where there is one in its second half, else after a word.
    """
    if telegram_length(text) <= limit:
        return [text]
    return list(_Splitter(limit).pieces(text))


class _Splitter:
    """Fills one piece after another; knows the tags that are open now and at the last line end."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open: list[str] = []
        self.piece = ""
        self.line_end = 0
        self.open_there: list[str] = []

    def pieces(self, text: str) -> Iterator[str]:
        for match in _TOKEN.finditer(text):
            yield from self._take(match.group())
        if self.piece.removeprefix("".join(self.open)).strip():
            yield self.piece + _closing(self.open)

    def _take(self, token: str) -> Iterator[str]:
        while self._room() < telegram_length(token):
            if self.line_end > self.limit // 2:
                yield self._break_at_line()
                continue
            head, token = self._cut(token)
            yield self.piece + head + _closing(self.open)
            self._begin("".join(self.open))
        self.piece += token
        self._follow(token)

    def _room(self) -> int:
        """Units left in the piece: the end tags are counted, with some to spare for a tag that opens now."""
        return self.limit - 16 - telegram_length(self.piece) - len(_closing(self.open))

    def _break_at_line(self) -> str:
        done, rest = self.piece[: self.line_end], self.piece[self.line_end + 1 :]
        done += _closing(self.open_there)
        self._begin("".join(self.open_there) + rest)
        return done

    def _begin(self, piece: str) -> None:
        self.piece, self.line_end = piece, 0

    def _cut(self, token: str) -> tuple[str, str]:
        """The length of what still fits, up to a word's end; tags, entities and line ends are never cut."""
        if token[0] in "<&\n":
            return "", token
        room = max(0, self._room())
        cut = len(token.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore"))
        space = token.rfind(" ", 0, cut)
        cut = space + 1 if space > cut // 2 else cut
        return token[:cut], token[cut:]

    def _follow(self, part: str) -> None:
        if part == "\n":
            self.line_end, self.open_there = len(self.piece) - 1, list(self.open)
        elif part.startswith("</"):
            self.open = self.open[:-1]
        elif part.startswith("<"):
            self.open = [*self.open, part]


def _closing(tags: list[str]) -> str:
    return "".join(f"</{re.split(r'[ >]', tag[1:], maxsplit=1)[0]}>" for tag in reversed(tags))
