"""Wordings of admin candidates: who waits, who has confirmed or refused them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.ui.buttons.staff import ConfirmCandidate, RefuseCandidate, Team
from bot.ui.callbacks import Home
from bot.ui.keyboards import Row, button
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.notifications.payloads.candidates import CandidateDetails
from gym.staff.models import CandidateState

OUTCOMES = {
    CandidateState.CONFIRMED: N_("✅ <b>{decided_by} has confirmed {name} as an admin.</b>"),
    CandidateState.REFUSED: N_("❌ <b>{decided_by} has refused {name}.</b> Nothing was opened to them."),
}


def waiting_text(t: HtmlTranslator, candidate: CandidateDetails, until: datetime) -> str:
    """Who waits to be an admin. The name is of their own choice, so the Telegram account stands beside it."""
    account = (
        f"@{candidate.username}"
        if candidate.username
        else t("Telegram number {number}", number=str(candidate.telegram_id))
    )
    lines = [
        t("🔑 <b>{name}</b> ({account}) wants to be an admin here.", name=candidate.name, account=account),
        t("Invited by {name}.", name=candidate.invited_by)
        if candidate.invited_by
        else t("Invited from the gym's computer."),
        "",
        t(
            "An admin may do everything: money, prices, the team. Confirm only somebody whom you know; until"
            " then nothing is open to them. Waits until {until}.",
            until=until,
        ),
    ]
    return "\n".join(lines)


def outcome_text(t: HtmlTranslator, candidate: CandidateDetails) -> str:
    state = CandidateState(candidate.state)
    return t(OUTCOMES[state], decided_by=candidate.decided_by, name=candidate.name)


def answers(t: HtmlTranslator, key: UUID) -> Row:
    return [button(t("❌ Refuse"), RefuseCandidate(key)), button(t("✅ Confirm"), ConfirmCandidate(key))]


def afterwards(t: HtmlTranslator) -> Row:
    return [button(t("👔 Team"), Team()), button(t("Home"), Home())]
