"""The register of wordings: which function words a kind of notification, and which buttons go under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from telegram import InlineKeyboardMarkup

from bot.ui.keyboards import Keyboard, markup
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import METHODS
from gym.attendance.checkin.sentences import sentence_of
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.notifications.models import NotificationKind
from gym.payments.models import Method
from gym.settings.schemas import GymSettings

Payload = Mapping[str, Any]
Render = Callable[[HtmlTranslator, Payload, GymSettings], str]
Buttons = Callable[[HtmlTranslator, Payload], Keyboard]
RENDERERS: Final[dict[NotificationKind, Render]] = {}
BUTTONS: Final[dict[NotificationKind, Buttons]] = {}
ANSWERED_IN_PLACE: Final = frozenset(
    {
        NotificationKind.APPROVAL_ASKED,
        NotificationKind.DESK_FREEZE_WANTED,
        NotificationKind.ADMIN_WAITING,
    }
)
"""Questions: a tap turns them into their answer. Everything else that is told stays in the chat."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def render(
    kind: NotificationKind, payload: Payload, settings: GymSettings, language: str, now: datetime
) -> Message:
    """The message of a notification; `now` is business time, from which its buttons grow old.

    Words may look at `today`: what Telegram took days late must be true when it is read.
    """
    t = HtmlTranslator(language, currency=settings.currency, timezone=settings.timezone)
    text = RENDERERS[kind](t, {**payload, "today": now.astimezone(t.zone).date()}, settings)
    keyboard = BUTTONS[kind](t, payload) if kind in BUTTONS else ()
    return Message(text, markup(keyboard, now, stays=kind not in ANSWERED_IN_PLACE))


def says(kind: NotificationKind) -> Callable[[Render], Render]:
    """Register the function that words a kind."""

    def register(function: Render) -> Render:
        RENDERERS[kind] = function
        return function

    return register


def offers(kind: NotificationKind) -> Callable[[Buttons], Buttons]:
    """Register the function that makes the buttons under a kind."""

    def register(function: Buttons) -> Buttons:
        BUTTONS[kind] = function
        return function

    return register


def simple(kind: NotificationKind, message: str) -> None:
    """A kind that is one sentence filled with its payload."""

    def function(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
        return t(message, **{"gym": settings.name, **p})

    RENDERERS[kind] = function


def verdict_words(t: HtmlTranslator, p: Payload, code: object) -> str:
    values = {**p, "balance": p.get("balance") or p.get("closed_debt")}
    method = CheckInMethod(str(p["method"]))
    return t(sentence_of(VerdictCode(str(code)), method, p.get("until")), **values)


def method_words(t: HtmlTranslator, p: Payload) -> str:
    return t(METHODS[Method(str(p["method"]))])
