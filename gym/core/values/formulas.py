"""Text for a spreadsheet's cell: what would run as a formula (CSV injection) is neutralised. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that no workbook can hold."""
_SIGN: Final = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
"""What begins a formula; full-width signs too, which a Japanese or Chinese Excel takes for the others."""
_COMMAND: Final = re.compile(rf"[ \u00a0]*(?:{_SIGN}|[\t\r])")
_NUMBER: Final = re.compile(r"[+-]?[0-9 ().,-]*")
_CELL_ENDS: Final = re.compile(r"([;\t\r\n])")
_BLANK: Final = r"[^\S\t\r\n]"
_BEFORE: Final = rf"""(?:{_BLANK}|["'])*"""
"""Whatever splits a file takes quotation marks off where a cell begins: `Ana;"=1+1` holds `=1+1`."""
_COMMAND_IN_CSV: Final = re.compile(_BEFORE + _SIGN)
_NEUTRALISED: Final = re.compile(rf"({_BLANK}*)'(?={_BEFORE}{_SIGN})")
_MARKED_NUMBER: Final = re.compile(rf"({_BLANK}*)'(?={_BEFORE}[0-9])")


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run; a phone's plus and a minus stay."""
    text = _UNSEEN.sub("", text)
    return f"'{text}" if _COMMAND.match(text) and not _NUMBER.fullmatch(text) else text


def harmless_in_csv(text: str) -> str:
    """Also where a new cell begins within it: Excel in Spanish splits a file at semicolons, not at commas,
    and then no quotation mark holds a field or its lines together.

    What `as_typed` would take an apostrophe from gets one more, so that the two undo each other.
    """
    return _by_cell(_UNSEEN.sub("", text), _guarded)


def as_typed(text: str) -> str:
    """A CSV file's cell without the apostrophes of `harmless_in_csv`, and without one that marks a number."""
    return _by_cell(text, _unguarded)


def _by_cell(text: str, change: Callable[[str, bool], str]) -> str:
    parts = _CELL_ENDS.split(text)
    return "".join(part if place % 2 else change(part, place == 0) for place, part in enumerate(parts))


def _guarded(part: str, is_first: bool) -> str:
    runs = _COMMAND_IN_CSV.match(part) and not _NUMBER.fullmatch(part)
    return f"'{part}" if runs or _unguarded(part, is_first) != part else part


def _unguarded(part: str, is_first: bool) -> str:
    found = _NEUTRALISED.match(part) or (_MARKED_NUMBER.match(part) if is_first else None)
    return found[1] + part[found.end() :] if found is not None else part
