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
# Each begins where its run of letters begins and nowhere within it, so that a text is read once: 4,096
# letters of "a.a.a." took 0.4 s of everybody's time otherwise.
_ADDRESS: Final = (
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|tg://|www\.|(?:t|wa)\.me/)[^\s<]+"
    r"|(?<![\w-])(?<![\w-]\.)(?:[\w-]+\.)+[a-zA-Z]{2,}/[^\s<]*"
)
_MONTH: Final = (
    r"(?i:jan|ene|feb|mar|apr|abr|may|jun|jul|aug|ago|sept?|set|oct|nov|dec|dic|january|enero|february|febrero"
    r"|march|marzo|april|abril|mayo|june|junio|july|julio|august|agosto|september|septiembre|setiembre"
    r"|october|octubre|november|noviembre|december|diciembre)\b\.?"
)
_YEAR: Final = r"(?:19|20)\d{2}\b"
_DAY: Final = (
    r"\b\d{4}-\d{2}-\d{2}(?!\d)|\b\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)\d{2,4}\b"
    rf"|\b\d{{1,2}}(?: de)? {_MONTH}(?:(?: de|,)? {_YEAR})?|\b{_MONTH} \d{{1,2}},? {_YEAR}"
)
_GROUPED: Final = r"\d{1,3}(?:[.,' ]\d{3}){1,3}"
_ENDS: Final = r"(?![\w]|[.,'\-–]\d| \d{3})"
_AMOUNT: Final = rf"(?:{_GROUPED}|\d{{1,9}})(?:[.,]\d{{1,2}})?{_ENDS}"
_CURRENCY: Final = r"(?:COP|USD|EUR|MXN|PEN|CLP|ARS|BRL|UYU|BOB|PYG|VES|CRC|GTQ|DOP|GBP|CAD)"
_MONEY: Final = (
    rf"(?:[$€£]|\b{_CURRENCY}\b) ?{_AMOUNT}"
    rf"|\b{_GROUPED}(?:,\d{{1,2}})? ?(?:[$€£]|(?i:{_CURRENCY}|pesos|euros)\b)"
)
_RECEIPT: Final = r"\bR-\d{6}\b"
_KEPT: Final = rf"(?P<kept>{_DAY}|{_MONEY}|{_RECEIPT})"
_NUMBER: Final = r"\+?\d(?:[\s().\-–]{0,2}\d){5,}"
"""Six digits: the shortest document numbers of Colombia, and every telephone."""
_ADDRESSES: Final = re.compile(_ADDRESS)
_CONTACTS: Final = re.compile(rf"{_KEPT}|{_ADDRESS}|(?<![\w@])@\w{{4,}}|{_NUMBER}")


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

    Days, receipts and amounts with their currency stay; an amount without one goes too, as nobody can tell
    it from a document.
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
    return found.group() if found.group("kept") else HIDDEN


def _without_addresses(keyboard: Keyboard) -> Keyboard:
    return [[item for item in row if item.url is None] for row in keyboard]
