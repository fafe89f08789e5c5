"""Surfaces: where an answer would be read, and what may be shown there.

A person's own chat shows everything that person may see. A desk chat is read by everybody in the group, so
it shows figures, names and plans, and nothing that reaches or opens something outside of it: no documents,
phones, e-mails, links, QR codes, files and pictures of people. Anywhere else the bot is silent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Any, Final, cast

from bot.ui.keyboards import Keyboard
from bot.ui.masking import HIDDEN, mask_contacts
from bot.ui.screens import Screen
from gym.core.errors import Forbidden
from gym.core.language import N_

# Each begins where its run of letters begins and nowhere within it, so that a text is read once: 4,096
# letters of "a.a.a." took 0.4 s of everybody's time otherwise.
_ADDRESS: Final = (
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|tg://|www\.|(?:t|wa)\.me/)[^\s<]+"
    r"|(?<![\w-])(?<![\w-]\.)(?:[\w-]+\.)+[a-zA-Z]{2,}/[^\s<]*"
)
_ADDRESSES: Final = re.compile(_ADDRESS)


class Surface(IntEnum):
    """Where an answer would be read, the narrowest first."""

    PRIVATE = 0
    """The person's own chat."""
    DESK = 1
    """A group, channel or topic that an admin has confirmed as a desk chat."""
    ELSEWHERE = 2
    """Any other group or topic."""


class OnlyInPrivate(Forbidden):
    """The answer may not be shown where others read along."""

    code = "only_in_private"
    message = N_("Others read along here. Open it in your own chat with me.")


def fit_to_share(screen: Screen, surface: Surface) -> Screen:
    """A screen as it may be shown on a surface. Raises `OnlyInPrivate` for one that is for a single person.

    The last check, at sending; routes check before their handler runs.
    """
    if surface is Surface.PRIVATE:
        return screen
    if surface is Surface.ELSEWHERE or screen.secret or (screen.photo is not None and not screen.drawn):
        raise OnlyInPrivate
    return replace(
        screen,
        text=_ADDRESSES.sub(HIDDEN, screen.text),
        keyboard=_without_addresses(screen.keyboard),
        contact=None,
    )


def mask_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A notification's payload for a desk chat: every text masked; amounts, days and ids are no texts."""
    return {name: value if name.endswith("_id") else _mask_value(value) for name, value in payload.items()}


def without_words(payload: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    """A notification's payload without what somebody wrote, for a desk chat that is not to read it."""
    return {name: value for name, value in payload.items() if name not in words}


def _mask_value(value: object) -> Any:
    match value:
        case str():
            return mask_contacts(value)
        case Mapping():
            return mask_payload(cast("Mapping[str, Any]", value))
        case list():
            return [_mask_value(one) for one in cast("list[object]", value)]
        case _:
            return value


def _without_addresses(keyboard: Keyboard) -> Keyboard:
    return [[item for item in row if item.url is None] for row in keyboard]
