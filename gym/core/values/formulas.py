"""Text for a spreadsheet's cell: what would run as a formula (CSV injection) is neutralised. Pure."""

from __future__ import annotations

import re
from typing import Final

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that no workbook can hold."""
_COMMAND: Final = re.compile(r"[ \u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
"""Full-width signs too, which a Japanese or Chinese Excel takes for the others."""
_NUMBER: Final = re.compile(r"[+-]?[0-9 ().,-]*")
_CELL_ENDS: Final = re.compile(r"([;\t\r\n])")
_NEUTRALISED: Final = re.compile(r"(^|[;\n])'(?=[ \u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20])|^'(?=[0-9])")


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run; a phone's plus and a minus stay."""
    text = _UNSEEN.sub("", text)
    return f"'{text}" if _COMMAND.match(text) and not _NUMBER.fullmatch(text) else text


def harmless_in_csv(text: str) -> str:
    """Also where a new cell begins within it: Excel in Spanish splits a file at semicolons, not at commas,
    and then no quotation mark holds a field or its lines together."""
    parts = _CELL_ENDS.split(text)
    return "".join(part if place % 2 else harmless(part) for place, part in enumerate(parts))


def as_typed(text: str) -> str:
    """A CSV file's cell without the apostrophes of `harmless_in_csv`, and without one that marks a number."""
    return _NEUTRALISED.sub(r"\1", text)
