"""Everything that a client may ask *why* about, as one message."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.explanations.accounts import account_lines
from bot.ui.wording.explanations.door import door_lines
from bot.ui.wording.explanations.periods import period_lines
from gym.explanations.schemas import (
    ClientExplanation,
)

SHOWN_ACCOUNTS: Final = 5
"""A message holds 4,096 letters."""


def explanation_text(t: HtmlTranslator, found: ClientExplanation) -> str:
    """The door, then the plans, then the money."""
    blocks = [
        [t("<b>At the door now</b>"), *door_lines(t, found.door)],
        *(period_lines(t, one) for one in found.periods),
        *(account_lines(t, one) for one in found.accounts[:SHOWN_ACCOUNTS]),
    ]
    more = len(found.accounts) - SHOWN_ACCOUNTS
    if more > 0:
        blocks.append([t.plural("… and {count} older debt", "… and {count} older debts", more)])
    return "\n\n".join("\n".join(lines) for lines in blocks)
