"""Typed buttons: a dataclass for each, packed into the 64 bytes Telegram carries.

    @callback("pay")                      # a unique code; makes a frozen dataclass
    class TakePayment(Callback):
        subscription_id: UUID

Fields may be UUID, int, str, bool, Decimal, date, an enum of strings, and `X | None` of these; each within
the range that `bot.ui.callback_fields` says.
A button marked `changes=True` carries the minute it was shown, so that an old tap can ask again.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform, get_args, get_type_hints

from bot.ui.callback_fields import read, write
from gym.core.errors import GymError
from gym.core.language import N_

LIMIT = 64
"""Bytes of callback data (Bot API)."""
STALE_AFTER = timedelta(hours=1)
"""After so long what a button was shown with may have changed, so the press is asked about again."""
STAYS = "~"
"""Prefix of the data under a message that must stay as it is: a receipt, link or notice."""
_SEPARATOR = "|"
_CODE = re.compile(r"[a-z0-9_]{1,6}")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class UnknownButton(GymError):
    """The data is from an older release, or not ours."""

    code = "unknown_button"
    status = 410
    message = N_("This button is from an older version. Open the menu with /start and go on from there.")


class CallbackTooLong(ValueError):
    """The packed data is longer than `LIMIT`: a mistake of the programmer."""


class ButtonStyle(StrEnum):
    """The colour of a button; an app that is older than Bot API 9.4 shows it plain."""

    SUCCESS = "success"
    """Lets in, saves, approves."""
    DANGER = "danger"
    """Takes back, erases, ends."""


class Callback:
    """Base of all callback data; made with `@callback`."""

    code: ClassVar[str]
    changes: ClassVar[bool]
    style: ClassVar[ButtonStyle | None]


Kind = TypeVar("Kind", bound=type[Callback])


@dataclass_transform(frozen_default=True)
def callback(code: str, *, changes: bool = False, style: ButtonStyle | None = None) -> Callable[[Kind], Kind]:
    """Make a class callback data under a short, stable code; `style` colours its buttons everywhere."""
    if not _CODE.fullmatch(code):
        raise ValueError(f"a code has 1 to 6 of a-z, 0-9 and _: {code!r}")

    def make(kind: Kind) -> Kind:
        kind.code = code
        kind.changes = changes
        kind.style = style
        return dataclasses.dataclass(frozen=True)(kind)

    return make


@callback("home")
class Home(Callback):
    """Show the home screen."""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """Unpacked callback data, and when the button was shown if the data says so."""

    callback: Callback
    shown_at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        """Whether it changes something and was shown more than an hour ago."""
        return self.shown_at is not None and now - self.shown_at > STALE_AFTER


def registry(kinds: Iterable[type[Callback]]) -> dict[str, type[Callback]]:
    """Callback types by code. Raises ValueError for two of one code."""
    found: dict[str, type[Callback]] = {}
    for kind in kinds:
        if found.setdefault(kind.code, kind) is not kind:
            raise ValueError(f"{kind.__name__} and {found[kind.code].__name__} share the code {kind.code!r}")
    return found


def pack(data: Callback, now: datetime) -> str:
    """The text of callback data. Raises `CallbackTooLong` above 64 bytes."""
    parts = [data.code]
    if data.changes:
        parts.append(_base36(int((now - _EPOCH).total_seconds() // 60)))
    parts += [write(getattr(data, name)) for name, _, _ in _fields(type(data))]
    packed = _SEPARATOR.join(parts)
    if len(packed.encode()) > LIMIT:
        raise CallbackTooLong(f"{type(data).__name__} packs to {len(packed.encode())} bytes: {packed}")
    return packed


def pack_staying(data: Callback, now: datetime) -> str:
    """The text of callback data under a message that stays, marked where there is room for the mark."""
    packed = pack(data, now)
    return packed if len(packed.encode()) == LIMIT else STAYS + packed


def stays(packed: str | None) -> bool:
    """Whether the message of a pressed button must stay as it is."""
    return (packed or "").startswith(STAYS)


def unpack(known: Mapping[str, type[Callback]], packed: str) -> ButtonPress:
    """The callback data of a text. Raises `UnknownButton`."""
    code, *parts = packed.removeprefix(STAYS).split(_SEPARATOR)
    kind = known.get(code)
    if kind is None:
        raise UnknownButton
    try:
        shown_at = _EPOCH + timedelta(minutes=int(parts.pop(0), 36)) if kind.changes else None
        fields = _fields(kind)
        if len(parts) != len(fields):
            raise UnknownButton
        values = [
            read(part, wanted, may_miss) for part, (_, wanted, may_miss) in zip(parts, fields, strict=True)
        ]
        return ButtonPress(kind(*values), shown_at)
    except (ValueError, IndexError, OverflowError) as error:
        raise UnknownButton from error


@cache
def _fields(kind: type[Callback]) -> list[tuple[str, type[Any], bool]]:
    """Name, type and whether it may be None, of each field."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(cast("Any", kind))]
    return [(name, *_plain_type(hints[name])) for name in names]


def _plain_type(hint: Any) -> tuple[type[Any], bool]:
    if isinstance(hint, types.UnionType):
        [inner] = [part for part in get_args(hint) if part is not types.NoneType]
        return inner, True
    return hint, False


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
