"""Formatted text: HTML in, plain text with entities out, refused with Telegram's own sentences.

Follows tdlib's `parse_html` (td/telegram/MessageEntity.cpp): offsets in errors count bytes, offsets of
entities UTF-16 units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.sandbox.errors import BadRequest
from bot.sandbox.state.store import Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TAG_NAME = re.compile(r"[^\s>]*")
ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
SPACES = re.compile(r"\s*")
UNIX_TIME = re.compile(r"[0-9]{1,11}")
USER_LINK = re.compile(r"tg://user\?id=(\d+)$")
# What Telegram marks in people's own texts.
NOTICED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+|t\.me/[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/<>]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31})"
    r"|(?P<hashtag>(?<!\w)#\w+)"
)


def units(text: str) -> int:
    """Length in UTF-16 units, Telegram's measure."""
    return len(text.encode("utf-16-le")) // 2


def decode_references(text: str) -> str:
    return REFERENCE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


@dataclass(slots=True)
class Open:
    """A tag whose end has not come yet."""

    tag: str
    offset: int
    attributes: dict[str, str]
    begin: int


@dataclass(slots=True)
class HtmlScanner:
    """One pass over the source; `at` is an index into it."""

    source: str
    at: int = 0
    plain: list[str] = field(default_factory=list[str])
    length: int = 0
    stack: list[Open] = field(default_factory=list[Open])
    entities: list[Json] = field(default_factory=list[Json])

    def scan(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            tag = self.source.find("<", self.at)
            self._take_text(self.source[self.at : tag if tag >= 0 else None])
            if tag < 0:
                break
            self.at = tag
            self._end_tag() if self.source.startswith("</", tag) else self._start_tag()
        if self.stack:
            self._refuse(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        order = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.plain), order

    def _take_text(self, text: str) -> None:
        text = decode_references(text)
        self.plain.append(text)
        self.length += units(text)
        self.at = len(self.source)

    def _refuse(self, reason: str) -> None:
        raise BadRequest(f"can't parse entities: {reason}")

    def _byte(self, index: int) -> int:
        return len(self.source[:index].encode())

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        text = found.group() if found else ""
        self.at += len(text)
        return text

    def _char(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._match(TAG_NAME).lower()
        if not self._char():
            self._refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if tag not in KINDS:
            self._refuse(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self._refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        if tag == "tg-time" and not UNIX_TIME.fullmatch(attributes.get("unix", "")):
            self._refuse(f"Invalid unix time specified at byte offset {self._byte(begin)}")
        self.stack.append(Open(tag, self.length, attributes, len(self.plain)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self._match(SPACES)
            if self._char() == ">":
                self.at += 1
                return attributes
            if not self._char():
                self._refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")
            name, value = self._attribute(tag, begin)
            attributes[name.lower()] = value

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._match(ATTRIBUTE_NAME)
        if not name:
            self._refuse(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
        self._match(SPACES)
        if self._char() != "=" and tag == "blockquote" and name == "expandable":
            return name, ""
        if self._char() != "=":
            where = f'of the tag "{tag}" at byte offset {self._byte(begin)}'
            self._refuse(f"Expected equal sign in declaration of an attribute {where}")
        self.at += 1
        self._match(SPACES)
        return name, self._value(begin)

    def _value(self, begin: int) -> str:
        quote = self._char()
        if quote in ("'", '"') and quote:
            end = self.source.find(quote, self.at + 1)
            if end < 0:
                self._refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")
            value, self.at = self.source[self.at + 1 : end], end + 1
            return decode_references(value)
        start = self.at
        value = self._match(NAME_TOKEN).lower()
        if self._char() and not self._char().isspace() and self._char() != ">":
            self._refuse(f"Unexpected end of name token at byte offset {self._byte(start)}")
        return value

    def _end_tag(self) -> None:
        begin = self.at
        if not self.stack:
            self._refuse(f"Unexpected end tag at byte offset {self._byte(begin)}")
        self.at += 2
        name = self._match(TAG_NAME).lower()
        self._match(SPACES)
        if self._char() != ">":
            self._refuse(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.at += 1
        expected = self.stack[-1].tag
        if name not in ("", expected):
            where = self._byte(begin)
            self._refuse(
                f'Unmatched end tag at byte offset {where}, expected "</{expected}>", found "</{name}>"'
            )
        self._close(self.stack.pop())

    def _close(self, start: Open) -> None:
        length = self.length - start.offset
        if length == 0:
            return
        entity: Json = {"type": KINDS[start.tag], "offset": start.offset, "length": length}
        if start.tag == "a":
            entity = self._link(entity, start)
        if start.tag == "blockquote" and "expandable" in start.attributes:
            entity["type"] = "expandable_blockquote"
        if start.tag == "tg-time":
            entity["unix_time"] = int(start.attributes["unix"])
            if form := start.attributes.get("format"):
                entity["date_time_format"] = form
        language = start.attributes.get("class", "")
        if start.tag == "code" and language.startswith("language-"):
            entity["language"] = language.removeprefix("language-")
        if entity["type"] != "text_link" or entity.get("url"):
            self.entities.append(entity)

    def _link(self, entity: Json, start: Open) -> Json:
        url = start.attributes.get("href") or "".join(self.plain[start.begin :])
        if user := USER_LINK.match(url):
            mentioned: Json = {"id": int(user.group(1)), "is_bot": False, "first_name": ""}
            return {**entity, "type": "text_mention", "user": mentioned}
        has_host = "." in url or "://" in url
        address = url if "://" in url or url.startswith(("mailto:", "tel:")) else f"http://{url}"
        return {**entity, "url": address if has_host else ""}


def notice(text: str) -> list[Json]:
    """Commands, mentions, links and addresses in plain text, which Telegram marks by itself."""
    return [
        {
            "type": match.lastgroup,
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
        }
        for match in NOTICED.finditer(text)
    ]


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without white space at both ends, as Telegram cuts it, and its entities moved along."""
    lead = units(text) - units(text.lstrip())
    text = text.strip()
    total = units(text)
    moved: list[Json] = []
    for entity in entities:
        begin = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], total)
        if end > begin:
            moved.append({**entity, "offset": begin, "length": end - begin})
    return text, moved


def formatted(text: str, parse_mode: str, explicit: list[Json]) -> tuple[str, list[Json]]:
    """Plain text and entities of what the bot sends."""
    if parse_mode.lower() == "html":
        plain, entities = HtmlScanner(text).scan()
    elif parse_mode:
        raise BadRequest("unsupported parse_mode")
    else:
        plain, entities = text, explicit
    taken = [(entity["offset"], entity["offset"] + entity["length"]) for entity in entities]
    noticed = [entity for entity in notice(plain) if not any(a <= entity["offset"] < b for a, b in taken)]
    return trimmed(plain, sorted(entities + noticed, key=lambda entity: entity["offset"]))
