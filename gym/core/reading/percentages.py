"""Percentages as people write them: `10%`, `12,5 %`, `10 por ciento`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from gym.core.reading.conventions import unaccented

_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))? ?(%|percent|per cent|por ciento)?")


def read_percent(text: str, *, bare: bool) -> Decimal | None:
    """The percentage, from 0; None when it is none. A number without its sign counts only when `bare`."""
    found = _PERCENT.fullmatch(unaccented(text))
    if found is None or not (bare or found[3]):
        return None
    return Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1])
