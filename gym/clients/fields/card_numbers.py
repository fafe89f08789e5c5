"""Card numbers: what stands on cards, key fobs and codes that a gym had before, printed or stored. Pure.

Readers print a number with zeros before it and spreadsheets drop them, so a number is kept without.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from gym.clients.errors import CardNumberInvalid

LONGEST: Final = 40
AT_THE_DOOR: Final = 8
"""Signs from which a number alone opens the door: cards are numbered in a row, a shorter one is guessed."""
_NUMBER: Final = re.compile(r"(?=.*[0-9])[0-9A-Z][0-9A-Z./_-]*")


def parse_card_number(text: str) -> str:
    """`0012 345 678` is `12345678`. Raises `CardNumberInvalid` for what has no digit, or other signs."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    plain = plain[:-2] if re.fullmatch(r"[0-9]+[.]0", plain) else plain
    number = plain.lstrip("0") or plain
    if len(number) > LONGEST or not _NUMBER.fullmatch(number):
        raise CardNumberInvalid
    return number


def number_at_the_door(text: str) -> str | None:
    """What a code that was shown says, if it may be such a number; None for links and short numbers."""
    try:
        number = parse_card_number(text)
    except CardNumberInvalid:
        return None
    return number if len(number) >= AT_THE_DOOR else None
