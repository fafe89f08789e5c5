"""Messages about admin candidates: the question to admins, and its answer to the candidate."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.callbacks import Home
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.candidates import afterwards, answers, outcome_text, waiting_text
from gym.notifications.payloads.candidates import (
    AdminConfirmedPayload,
    AdminWaitingPayload,
    AdminWaitOverPayload,
)


@says(AdminWaitingPayload)
def _waiting(t: HtmlTranslator, p: AdminWaitingPayload, _: WordingContext) -> str:
    return waiting_text(t, p.candidate, p.expires_at)


@offers(AdminWaitingPayload)
def _answers(t: HtmlTranslator, p: AdminWaitingPayload) -> Keyboard:
    return [answers(t, p.candidate.candidate_id)]


@says(AdminWaitOverPayload)
def _over(t: HtmlTranslator, p: AdminWaitOverPayload, _: WordingContext) -> str:
    """Replaces the question once it is decided."""
    return outcome_text(t, p.candidate)


@offers(AdminWaitOverPayload)
def _go_on(t: HtmlTranslator, p: AdminWaitOverPayload) -> Keyboard:
    return [afterwards(t)]


@says(AdminConfirmedPayload)
def _confirmed(t: HtmlTranslator, p: AdminConfirmedPayload, context: WordingContext) -> str:
    return t(
        "✅ <b>{decided_by} has confirmed you: you are an admin of {gym} now.</b>",
        decided_by=p.decided_by,
        gym=context.settings.name,
    )


@offers(AdminConfirmedPayload)
def _begin(t: HtmlTranslator, p: AdminConfirmedPayload) -> Keyboard:
    return [[button(t("Home"), Home())]]
