"""Redaction of log lines: tokens, keys, passwords in addresses and values of database rows."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from re import Match
from typing import Final
from urllib.parse import quote

from structlog.typing import EventDict

HIDDEN: Final = "[hidden]"
SHORTEST_SECRET: Final = 6
"""Shorter ones would blank ordinary words."""
DEEPEST: Final = 8
"""Levels of a value that are taken apart; what is deeper is written as one text."""

_SHAPES: Final = (
    r"\d{1,20}(?::|%3[Aa])[A-Za-z0-9_-]{30,}",  # a bot token, plain or inside an escaped address
    r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*",  # a JWT
    r"(?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@)",  # user and password of an address
    r"(?<=Bearer )\S+",
    r"(?<=start=)[A-Za-z0-9_-]{12,}",  # one-time links and member codes
    r"(?<=mac=)[A-Za-z0-9_-]{12,}",  # signed addresses of photos
    # PostgreSQL's DETAIL and SQLAlchemy's parameters carry the values of rows, such as document numbers.
    r"(?<=DETAIL:)(?s:.*?)(?=\n(?:HINT:|CONTEXT:|\[SQL|\[parameters|The above|During handling)|\n\n|\Z)",
    r"(?<=\[parameters: ).*(?=\])",
)
_PATTERN: Final = re.compile("|".join(_SHAPES))


class Redactor:
    """Removes what looks like a secret, and the secrets it was told of; also a structlog processor."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None
        self.add_secrets(*secrets)

    def add_secrets(self, *secrets: str) -> None:
        """Hide these from now on, also as they look inside JSON and inside an address."""
        long = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        shapes = {shape for secret in long for shape in (secret, json.dumps(secret)[1:-1], quote(secret, ""))}
        self._forms = self._forms | shapes
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def clean(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _PATTERN.sub(_hide, text)

    def value(self, value: object, depth: int = 0) -> object:
        """A value as a log may show it: text cleaned at any depth, bytes counted, the rest in words."""
        match value:
            case None | bool() | int() | float():
                return value
            case bytes() | bytearray() | memoryview():
                return f"<{len(value)} bytes>"
            case Mapping() if depth < DEEPEST:
                return {self.clean(str(name)): self.value(part, depth + 1) for name, part in value.items()}
            case list() | tuple() | set() | frozenset() if depth < DEEPEST:
                return [self.value(part, depth + 1) for part in value]
            case _:
                return self.clean(str(value))

    def __call__(self, logger: object, method: str, event_dict: EventDict) -> EventDict:
        """Clean an event; names with an underscore are structlog's own and are dropped before printing."""
        return {name: part if name.startswith("_") else self.value(part) for name, part in event_dict.items()}


class RedactingFilter(logging.Filter):
    """Cleans a standard record in place, message and traceback, for whatever handler comes after."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        if not isinstance(record.msg, dict):  # a dict is an event of structlog, cleaned by the processor
            record.msg, record.args = self._redactor.clean(_message(record)), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redactor.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.clean(record.stack_info)
        return True


REDACTOR: Final = Redactor()
"""The process has one log, and this is what cleans it; keys are made known to it as they are loaded."""


def _hide(found: Match[str]) -> str:
    return HIDDEN if found.group() else ""


def _message(record: logging.LogRecord) -> str:
    """The message; a call with arguments that do not fit is logged as it stands instead of being lost."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"
