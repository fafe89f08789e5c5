"""Surfaces: where an answer would be read, and what may be shown there.

A person's own chat shows everything that person may see. A desk chat is read by everybody in the group, so
it shows figures, names and plans, and nothing that reaches or opens something outside of it: no documents,
phones, e-mails, links, QR codes, files and pictures of people. Anywhere else the bot is silent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from re import Match
from typing import Any, Final, cast

from bot.keyboards import Keyboard
from bot.render import Screen
from gym.core.errors import Forbidden
from gym.core.language import N_

HIDDEN: Final = "•••"
_ADDRESS: Final = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|tg://|www\.|(?:t|wa)\.me/)[^\s<]+"
    r"|\b(?:[\w-]+\.)+[a-zA-Z]{2,}/[^\s<]*"
)
_DAY: Final = r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)\d{2,4})\b"
_NUMBER: Final = r"\+?\d(?:[\s().\-–]{0,2}\d){5,}"
"""Six digits: the shortest document numbers of Colombia, and every telephone."""
_ADDRESSES: Final = re.compile(_ADDRESS)
_CONTACTS: Final = re.compile(rf"(?P<day>{_DAY})|{_ADDRESS}|(?<![\w@])@\w{{4,}}|(?<![$€£]){_NUMBER}")


class Surface(IntEnum):
    """Where an answer would be read, from the narrowest on."""

    PRIVATE = 0
    """The person's own chat."""
    DESK = 1
    """A group, channel or topic that an admin has confirmed as a desk chat."""
    ELSEWHERE = 2
    """Any other group or topic."""


class OnlyInPrivate(Forbidden):
    """Others would read along."""

    code = "only_in_private"
    message = N_("Others read along here. Open it in your own chat with me.")


def fit_to_share(screen: Screen, surface: Surface) -> Screen:
    """A screen as others may see it too. Raises `OnlyInPrivate` for one that is for a single person.

    The last line of defence: routes say first where they answer.
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


def mask_contacts(text: str) -> str:
    """What somebody typed, without phones, document numbers, e-mails, links and names of chats.

    Days stay; an amount without a sign of its currency goes too, as nobody can tell it from a document.
    """
    return _CONTACTS.sub(_masked, text)


def mask_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A notification's facts for a desk chat: every text masked; amounts, days and ids are no texts."""
    return {name: value if name.endswith("_id") else _mask_value(value) for name, value in payload.items()}


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


def _masked(found: Match[str]) -> str:
    return found.group() if found.group("day") else HIDDEN


def _without_addresses(keyboard: Keyboard) -> Keyboard:
    return [[item for item in row if item.url is None] for row in keyboard]
