"""Wording of the audit: kinds, what is shown, and each row with its values before and now."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from gym.audit.actions import TrailKind
from gym.core.language import N_
from gym.reports.trail import words
from gym.reports.trail.schemas import TrailRow

KINDS: Final = {
    TrailKind.LOOKS: N_("👁 Looks, exports"),
    TrailKind.CLIENTS: N_("👥 Clients"),
    TrailKind.PLANS: N_("🏷 Plans, freezes"),
    TrailKind.STOCK: N_("🥤 Products"),
    TrailKind.MONEY: N_("💵 Money"),
    TrailKind.DOOR: N_("🚪 Door"),
    TrailKind.FACES: N_("🙂 Faces"),
    TrailKind.TEAM: N_("🧑‍💼 Team"),
    TrailKind.GYM: N_("⚙️ The gym itself"),
}
MOST_LINES: Final = 6
"""Values shown of one row; the spreadsheet has all of them."""
LONGEST: Final = 60
"""Letters of one value."""


def row_text(t: HtmlTranslator, row: TrailRow) -> str:
    """Who did what, when, to whom; below it each value before and now."""
    whom = words.subject(t, row)
    head = t(
        "<b>{at}</b> · {who}\n{what}",
        at=row.at,
        who=Html(words.actor(t, row)),
        what=Html(words.title(t, row.action)),
    )
    lines = list(words.change_lines(t, row, LONGEST))
    more = len(lines) - MOST_LINES
    if more > 0:
        lines = [*lines[:MOST_LINES], t.plural("{count} more", "{count} more", more)]
    return "\n".join([f"{head}: {whom}" if whom else head, *(f"   {line}" for line in lines)])
