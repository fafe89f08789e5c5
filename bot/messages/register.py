"""The register of wordings: for each kind of notification the function that words it, and its buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import Any, Final, TypeAlias, TypeVar

from telegram import InlineKeyboardMarkup

from bot.ui.keyboards import Keyboard, markup
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import METHODS
from gym.attendance.checkin.sentences import sentence_of
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.notifications.kinds import BY_KIND, BY_PAYLOAD
from gym.notifications.models import NotificationKind
from gym.notifications.payloads.base import Payload, read_stored, stored_names
from gym.notifications.payloads.door import VerdictDetails
from gym.payments.models import Method
from gym.settings.schemas import GymSettings

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class WordingContext:
    """The gym's settings, and the gym day on which a message is read."""

    settings: GymSettings
    today: date | None = None
    """A message that Telegram took days late must be true on the day it is read. None in a list of dead
    letters."""


Words: TypeAlias = Callable[[HtmlTranslator, P, WordingContext], str]
Buttons: TypeAlias = Callable[[HtmlTranslator, P], Keyboard]
RENDERERS: Final[dict[NotificationKind, Words[Any]]] = {}
BUTTONS: Final[dict[NotificationKind, Buttons[Any]]] = {}
ANSWERED_IN_PLACE: Final = frozenset(
    {
        NotificationKind.APPROVAL_ASKED,
        NotificationKind.DESK_FREEZE_WANTED,
        NotificationKind.ADMIN_WAITING,
    }
)
"""Questions, whose message a press replaces by the answer. All other messages stay in the chat."""


@dataclass(frozen=True, slots=True)
class Message:
    """The text and keyboard of one message, and the picture above it."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    picture: bytes | str | None = None
    """Its bytes, or the file id by which Telegram has it."""


def says(*models: type[P]) -> Callable[[Words[P]], Words[P]]:
    """Register the function that words these payloads."""

    def register(function: Words[P]) -> Words[P]:
        for model in models:
            RENDERERS[BY_PAYLOAD[model].kind] = function
        return function

    return register


def offers(*models: type[P]) -> Callable[[Buttons[P]], Buttons[P]]:
    """Register the function that makes the buttons under these payloads."""

    def register(function: Buttons[P]) -> Buttons[P]:
        for model in models:
            BUTTONS[BY_PAYLOAD[model].kind] = function
        return function

    return register


def simple(model: type[Payload], message: str) -> None:
    """Register a kind that is one sentence, filled with its payload and the name `gym`.

    Raises LookupError at import where the sentence needs what the payload does not have.
    """
    needed = {name for _, name, _, _ in Formatter().parse(message) if name}
    if unknown := needed - stored_names(model) - {"gym"}:
        raise LookupError(f"{model.__name__} has no {', '.join(sorted(unknown))}")

    @says(model)
    def sentence(t: HtmlTranslator, p: Payload, context: WordingContext) -> str:
        return t(message, **{"gym": context.settings.name, **p.values()})


def check_wordings() -> None:
    """Raises LookupError, and so at every start, for a kind without a wording."""
    if missing := set(NotificationKind) - RENDERERS.keys():
        raise LookupError(f"kinds without words: {', '.join(sorted(missing))}")


def word(t: HtmlTranslator, payload: Payload, context: WordingContext) -> str:
    """The text of a payload."""
    return RENDERERS[BY_PAYLOAD[type(payload)].kind](t, payload, context)


def word_stored(
    t: HtmlTranslator, kind: NotificationKind, stored: Mapping[str, Any], context: WordingContext
) -> str:
    """The text of a stored payload. Raises ValueError where a fact is missing or of another type."""
    return word(t, read_stored(BY_KIND[kind].payload, stored), context)


def render(
    kind: NotificationKind, stored: Mapping[str, Any], settings: GymSettings, language: str, now: datetime
) -> Message:
    """The message of a stored payload; `now` is business time, from which its buttons grow old.

    Raises ValueError where a fact is missing or of another type.
    """
    payload = read_stored(BY_KIND[kind].payload, stored)
    t = HtmlTranslator(language, currency=settings.currency, timezone=settings.timezone)
    text = word(t, payload, WordingContext(settings, now.astimezone(t.zone).date()))
    keyboard = BUTTONS[kind](t, payload) if kind in BUTTONS else ()
    return Message(text, markup(keyboard, now, stays=kind not in ANSWERED_IN_PLACE))


def verdict_words(t: HtmlTranslator, verdict: VerdictDetails) -> str:
    """The verdict's own sentence, as the kiosk says it."""
    method = CheckInMethod(verdict.method)
    sentence = sentence_of(VerdictCode(verdict.code), method, verdict.until)
    return t(sentence, **verdict_values(verdict))


def verdict_values(verdict: VerdictDetails) -> dict[str, Any]:
    """The values for a sentence about a verdict."""
    return {**verdict.values(), "balance": verdict.balance or verdict.closed_debt}


def method_words(t: HtmlTranslator, method: str | None) -> str:
    return t(METHODS[Method(str(method))])
