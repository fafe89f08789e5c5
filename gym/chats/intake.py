"""Intake of updates: untrusted JSON is validated into an `IncomingUpdate`, or a `Reject` with its reason.

Long polling and webhook both pass here, so the rest of the program meets only text that PostgreSQL stores,
numbers that fit their columns, and ids that are ids.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gym.chats.minimising import minimised
from gym.chats.schemas import IncomingUpdate

MOST_DEPTH: Final = 64
"""Levels of an update; Telegram's deepest (a reply with a keyboard and entities) has 9."""
MOST_VALUES: Final = 20_000
"""Members and elements of one update: a bound on the work that one peer can cause."""
MOST_LETTERS: Final = 500_000
"""In all texts of one update; a message of Telegram has at most 4,096 letters."""
LARGEST_UPDATE: Final = 2 * 1024 * 1024
"""Bytes of one update's JSON."""
MOST_UPDATE_ID: Final = 2**31 - 1
"""The offset of getUpdates is an int32, and so are the ids it counts."""
MOST_BIGINT: Final = 2**63 - 1
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_ID_FOLLOWS: Final = re.compile(rb"\s*+:\s*+(\d{1,10}+)")
_UPDATE_ID: Final = b'"update_id"'


class DeadReason(StrEnum):
    """Why an update was put aside."""

    UNREADABLE = "unreadable"
    """No JSON, or no object."""
    NO_ID = "no_id"
    """Without a number, or with one that cannot be Telegram's."""
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    WRONG_SHAPE = "wrong_shape"
    """A member has another type than the Bot API says."""
    REFUSED = "refused"
    """PostgreSQL would not take it."""
    FAILED = "failed"
    """The handler broke off; the person was told a code."""
    TIMED_OUT = "timed_out"
    GIVEN_UP = "given_up"
    """Tried too often, or each time the process ended before it was done."""


@dataclass(frozen=True, slots=True)
class Reject:
    """An update that cannot be kept: its number and the reason, nothing of its content."""

    update_id: int | None
    reason: DeadReason


class _Refused(Exception):
    def __init__(self, reason: DeadReason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


Int64 = Annotated[int, Field(ge=-MOST_BIGINT, le=MOST_BIGINT)]


class _Party(_Shape):
    """A user or a chat."""

    id: Int64


class _Body(_Shape):
    """What the gym itself reads of an update's body, in the Bot API's types; PTB checks none of them."""

    sender: _Party | None = Field(None, alias="from")
    chat: _Party | None = None
    message: _Body | None = None
    message_id: Int64 | None = None
    text: str | None = None
    caption: str | None = None
    data: str | None = None


def accept(value: object) -> IncomingUpdate | Reject:
    """An update from parsed JSON, cleaned; a `Reject` is passed on as it is."""
    if isinstance(value, Reject):
        return value
    if not isinstance(value, Mapping):
        return Reject(None, DeadReason.UNREADABLE)
    update_id = _number(value.get("update_id"))
    if update_id is None:
        return Reject(None, DeadReason.NO_ID)
    try:
        payload = _Cleaner().members(value, 0)
        chat_id, user_id = _parties(payload)
        return IncomingUpdate(update_id, chat_id, minimised(payload), user_id)
    except _Refused as refused:
        return Reject(update_id, refused.reason)


def read_update(raw: bytes) -> object:
    """One update's JSON, parsed; a `Reject` that still knows its id when it cannot be."""
    if len(raw) > LARGEST_UPDATE:
        return Reject(_find_id(raw), DeadReason.TOO_LARGE)
    try:
        return json.loads(raw.decode(errors="replace"), parse_int=_bounded)
    except RecursionError:
        return Reject(_find_id(raw), DeadReason.TOO_DEEP)
    except ValueError:
        return Reject(_find_id(raw), DeadReason.UNREADABLE)


def read_each(answer: bytes) -> list[object]:
    """The updates of a getUpdates answer that cannot be parsed as a whole, each read by itself.

    Only those that are complete, and none from the first with broken syntax on: where one ends is not sure
    any more, and an update that was passed over would be confirmed with those behind it.
    """
    updates: list[object] = []
    for piece in _elements(answer):
        update = read_update(piece)
        if isinstance(update, Reject) and update.reason is DeadReason.UNREADABLE:
            break
        updates.append(update)
    return updates


def first_id(answer: bytes) -> int | None:
    """The id of the first update in an answer that was cut short."""
    start = answer.find(b"[")
    return _find_id(answer[start + 1 :]) if start >= 0 else None


def _bounded(digits: str) -> int | None:
    """Python refuses to read numbers of more than 4,300 digits; no column holds more than 19."""
    return int(digits) if len(digits) <= 20 else None


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= MOST_UPDATE_ID else None


def _parties(payload: Mapping[str, Any]) -> tuple[int, int | None]:
    """The chat whose order an update keeps (0 for none), and who sent it.

    Raises `_Refused` for a member of a wrong type.
    """
    bodies = [value for name, value in payload.items() if name != "update_id"]
    try:
        shapes = [_Body.model_validate(body) for body in bodies if isinstance(body, dict)]
    except ValidationError:
        raise _Refused(DeadReason.WRONG_SHAPE) from None
    if not shapes:
        return 0, None
    inner, sender = shapes[0].message or shapes[0], shapes[0].sender
    party = inner.chat or sender
    return party.id if party is not None else 0, sender.id if sender is not None else None


class _Cleaner:
    """A copy of one update with only what PostgreSQL's JSONB and text columns take."""

    def __init__(self) -> None:
        self._values = 0
        self._letters = 0

    def members(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        return {self._text(str(name)): self._clean(one, depth + 1) for name, one in value.items()}

    def _clean(self, value: object, depth: int) -> object:
        self._values += 1
        if depth > MOST_DEPTH:
            raise _Refused(DeadReason.TOO_DEEP)
        if self._values > MOST_VALUES:
            raise _Refused(DeadReason.TOO_LARGE)
        match value:
            case str():
                return self._text(value)
            case bool() | None:
                return value
            case int():
                return value if abs(value) <= MOST_BIGINT else None
            case float():
                return value if math.isfinite(value) else None
            case dict():
                return self.members(value, depth)
            case list():
                return [self._clean(one, depth + 1) for one in value]
            case _:
                raise _Refused(DeadReason.UNREADABLE)

    def _text(self, text: str) -> str:
        """Without NUL, which PostgreSQL has no place for, and without halves of a surrogate pair."""
        self._letters += len(text)
        if self._letters > MOST_LETTERS:
            raise _Refused(DeadReason.TOO_LARGE)
        if text.isascii():
            return text.replace("\0", "") if "\0" in text else text
        return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\0", ""))


def _find_id(raw: bytes) -> int | None:
    """The number of an update that cannot be parsed: the member of its outermost object, nobody's text."""
    for token, depth in _tokens(raw):
        if depth == 1 and token.group() == _UPDATE_ID:
            number = _ID_FOLLOWS.match(raw, token.end())
            return _number(int(number.group(1))) if number else None
    return None


def _elements(answer: bytes) -> Iterator[bytes]:
    """The complete objects in the array of an answer's outermost object."""
    start = 0
    for token, depth in _tokens(answer):
        if depth == 3 and token.group() == b"{":
            start = token.start()
        elif depth == 2 and token.group() == b"}":
            yield answer[start : token.end()]


def _tokens(raw: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Strings and brackets, each with the depth behind it; no recursion, so depth costs nothing."""
    depth = 0
    for token in _TOKEN.finditer(raw):
        sign = token.group()
        if sign in (b"{", b"["):
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
        yield token, depth
