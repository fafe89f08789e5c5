"""What admins are asked about a new admin, and what the new admin hears."""

from __future__ import annotations

from bot.messages.register import Payload, offers, says
from bot.ui.callbacks import Home
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.candidates import afterwards, answers, outcome_text, waiting_text
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings


@says(Kind.ADMIN_WAITING)
def _waiting(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return waiting_text(t, p)


@offers(Kind.ADMIN_WAITING)
def _answers(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [answers(t, p)]


@says(Kind.ADMIN_WAIT_OVER)
def _over(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    """Stands where the question stood."""
    return outcome_text(t, p)


@offers(Kind.ADMIN_WAIT_OVER)
def _go_on(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [afterwards(t)]


@says(Kind.ADMIN_CONFIRMED)
def _confirmed(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    return t(
        "✅ <b>{decided_by} has confirmed you: you are an admin of {gym} now.</b>",
        decided_by=p["decided_by"],
        gym=settings.name,
    )


@offers(Kind.ADMIN_CONFIRMED)
def _begin(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [[button(t("Home"), Home())]]
