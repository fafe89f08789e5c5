"""Text for a spreadsheet's cell: what would run as a formula (CSV injection) is neutralised. Pure."""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = re.compile(r"[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"[+-]?[0-9 ().,-]*")


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run; a phone's plus and a minus stay."""
    return f"'{text}" if _COMMAND.match(text) and not _NUMBER.fullmatch(text) else text
