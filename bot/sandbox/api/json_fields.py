"""Fields of JSON objects in arguments, refused in the words of Telegram's reader (td/utils/JsonBuilder)."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from bot.sandbox.errors import BadRequest
from bot.sandbox.state.store import Json

WHOLE = re.compile(r"-?[0-9]{1,19}")


class WrongField(Exception):
    """A field is missing or of another type; `reason` as Telegram words it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def parsing(what: str) -> Generator[None]:
    """Refuse what has a wrong field with `can't parse WHAT: ` in front, or bare when `what` is empty."""
    try:
        yield
    except WrongField as error:
        raise BadRequest(f"can't parse {what}: {error.reason}" if what else error.reason) from error


def object_of(value: object, refusal: str) -> Json:
    """The value as an object. Raises `WrongField` with `refusal`."""
    if not isinstance(value, dict):
        raise WrongField(refusal)
    return cast(Json, value)


def optional_text(item: Json, name: str) -> str:
    """A string or a number as text, empty when absent."""
    value: object = item.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WrongField(f'Field "{name}" must be of type String')
    return str(value)


def text_field(item: Json, name: str) -> str:
    _require(item, name)
    return optional_text(item, name)


def integer_field(item: Json, name: str) -> int:
    """A number, or text that is one."""
    _require(item, name)
    value: object = item[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WrongField(f'Field "{name}" must be of type Number')
    if not WHOLE.fullmatch(str(value)):
        raise WrongField(f'Can\'t parse "{value}" as an integer')
    return int(value)


def object_field(item: Json, name: str) -> Json:
    _require(item, name)
    return object_of(item[name], f'Field "{name}" must be of type Object')


def _require(item: Json, name: str) -> None:
    if item.get(name) is None:
        raise WrongField(f'Can\'t find field "{name}"')
