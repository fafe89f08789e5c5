"""The desk's *Manage* menu in both languages: which button stands behind which group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.desk.menu.manage import GROUPS, MANAGE
from bot.routers import ROUTERS
from gym.core.language import LANGUAGES, Translator
from tests.support.sandbox.seen import reads_about, reads_exactly

if TYPE_CHECKING:
    from tests.support.sandbox.client import Person


@dataclass(frozen=True, slots=True)
class Way:
    """The labels on the way to one button, in one language."""

    manage: str
    group: str
    label: str


@cache
def _ways() -> tuple[Way, ...]:
    items = [item for router in ROUTERS for item in router.menu_buttons if item.group is not None]
    return tuple(
        Way(t(MANAGE), t(GROUPS[item.group]), t(item.label))
        for t in map(Translator, LANGUAGES)
        for item in items
        if item.group is not None
    )


def ways_to(label: str) -> list[Way]:
    """The ways to the buttons that read, else contain, this label."""
    exact = [way for way in _ways() if reads_exactly(way.label, label)]
    return exact or [way for way in _ways() if reads_about(way.label, label)]


async def behind_manage(person: Person) -> list[str]:
    """Every label that this person finds behind *Manage*, pressed group by group from the home screen."""
    await person.sends("/start")
    home = await person.sees("")
    manage = next(way.manage for way in _ways() if any(reads_about(one, way.manage) for one in home.labels))
    await person.taps(manage)
    groups = [
        one for one in (await person.last()).labels if any(reads_about(one, way.group) for way in _ways())
    ]
    labels = [*(await person.last()).labels]
    for group in groups:
        await person.taps(group)
        labels += (await person.last()).labels
        await person.taps("‹")
    return labels
