"""Names of notification groups, for preferences and desk chats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from bot.ui.callbacks import Callback
from bot.ui.keyboards import Row, button
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.notifications.kinds import KindGroup

NAMES: Final = {
    KindGroup.CHECK_INS: N_("Entries"),
    KindGroup.REMINDERS: N_("Reminders"),
    KindGroup.REWARDS: N_("Rewards, birthday"),
    KindGroup.NEWS: N_("News"),
    KindGroup.DESK_CLIENTS: N_("Clients"),
    KindGroup.DESK_PLANS: N_("Plans"),
    KindGroup.DESK_MONEY: N_("Money"),
    KindGroup.DESK_DOOR: N_("Door"),
    KindGroup.DESK_HOUSE: N_("House"),
}
MEANS: Final = {
    KindGroup.CHECK_INS: N_("each entry, and why the door stayed shut"),
    KindGroup.REMINDERS: N_("your plan ends, a payment is due, we miss you"),
    KindGroup.REWARDS: N_("rewards, milestones, your birthday"),
    KindGroup.NEWS: N_("what the gym tells everybody, new prices"),
    KindGroup.DESK_CLIENTS: N_("registered, changed, deactivated, what members ask for"),
    KindGroup.DESK_PLANS: N_("sold, renewed, frozen, canceled, begun, ended, rewards"),
    KindGroup.DESK_MONEY: N_("payments, voids, refunds, tills, debts"),
    KindGroup.DESK_DOOR: N_("entries, denials, who was let in anyway"),
    KindGroup.DESK_HOUSE: N_("kiosks, team, nightly jobs, the day in figures"),
}


def group_lines(t: HtmlTranslator, groups: Sequence[KindGroup], heard: Collection[str]) -> list[str]:
    """A line for each group, with a sign for on or off."""
    return [
        f"{'🔔' if group in heard else '🔕'} <b>{t(NAMES[group])}</b>: {t(MEANS[group])}" for group in groups
    ]


def group_buttons(
    t: HtmlTranslator,
    groups: Sequence[KindGroup],
    heard: Collection[str],
    make: Callable[[KindGroup, bool], Callback],
) -> list[Row]:
    """Buttons of the groups, two in a row; `make` gets the group and whether it is wanted from now on."""
    keys = [
        button(f"{'🔔' if group in heard else '🔕'} {t(NAMES[group])}", make(group, group not in heard))
        for group in groups
    ]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]
