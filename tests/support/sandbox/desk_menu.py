"""The desk's menus in both languages: what stands behind *Manage*, and what behind a card's *More*."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from bot.desk.menu.manage import GROUPS, MANAGE
from bot.routers import ROUTERS
from gym.core.language import LANGUAGES, Translator
from tests.support.sandbox.seen import reads_about, reads_exactly

if TYPE_CHECKING:
    from tests.support.sandbox.client import Person

COUNT: Final = re.compile(r" \(\d+\)$")
MORE: Final = "⋯ More"
BEHIND_MORE: Final = (
    *("❄️ Freeze", "⚙️ Plan", "⏭ Next plan", "🎁 Rewards", "👛 Credit", "🙂 Face", "💬 Chat link"),
    *("🪪 QR card", "✏️ Edit", "🌐 Language", "Unblock", "⛔ Block", "🔏 Data"),
    *("🚪 Visits", "🧾 Payments", "🏷 Plans", "Deactivate"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """The labels on the way to one button, in one language."""

    opens: str
    group: str | None
    label: str

    def leads_on(self, labels: Sequence[str]) -> bool:
        """Whether the button itself is among them; a count may follow its label."""
        return any(one == self.label or one.startswith(f"{self.label} (") for one in labels)


@cache
def _ways() -> tuple[Way, ...]:
    items = [item for router in ROUTERS for item in router.menu_buttons]
    found: list[Way] = []
    for t in map(Translator, LANGUAGES):
        found += [Way(t(MANAGE), t(GROUPS[item.group]), t(item.label)) for item in items if item.group]
        found += [Way(t(MORE), None, t(label)) for label in BEHIND_MORE]
    return tuple(found)


def ways_to(label: str) -> list[Way]:
    """The ways to the buttons that read, else contain, this label; a count behind it is not part of it."""
    label = COUNT.sub("", label)
    exact = [way for way in _ways() if reads_exactly(way.label, label)]
    return exact or [way for way in _ways() if reads_about(way.label, label)]


async def behind_manage(person: Person) -> list[str]:
    """Every label that this person finds behind *Manage*, pressed group by group from the home screen."""
    await person.sends("/start")
    home = await person.sees("")
    doors = {Translator(language)(MANAGE) for language in LANGUAGES}
    groups = {Translator(language)(group) for language in LANGUAGES for group in GROUPS.values()}
    await person.taps(next(label for label in home.labels if any(label.startswith(one) for one in doors)))
    labels = list((await person.last()).labels)
    for group in [label for label in labels if any(label.startswith(one) for one in groups)]:
        await person.taps(group)
        labels += (await person.last()).labels
        await person.taps("‹")
    return labels
