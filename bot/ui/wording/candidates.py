"""Wordings of admin candidates: who waits, who has confirmed or refused them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.ui.buttons.staff import ConfirmCandidate, RefuseCandidate, Team
from bot.ui.callbacks import Home
from bot.ui.keyboards import Row, button
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.staff.models import AdminCandidate, CandidateState

OUTCOMES = {
    CandidateState.CONFIRMED: N_("✅ <b>{decided_by} has confirmed {name} as an admin.</b>"),
    CandidateState.REFUSED: N_("❌ <b>{decided_by} has refused {name}.</b> Nothing was opened to them."),
}


def facts_of(candidate: AdminCandidate, until: datetime) -> dict[str, Any]:
    """What a card needs, named as in the notification."""
    return {
        "candidate_id": candidate.id,
        "telegram_id": candidate.telegram_id,
        "name": candidate.name,
        "username": candidate.username,
        "invited_by": candidate.invited_by_name,
        "expires_at": until,
        "state": candidate.state,
        "decided_by": candidate.decided_by_name,
    }


def waiting_text(t: HtmlTranslator, p: Mapping[str, Any]) -> str:
    """The name is whatever the person calls themselves in Telegram, so the account is named as well."""
    account = (
        f"@{p['username']}" if p["username"] else t("Telegram number {number}", number=str(p["telegram_id"]))
    )
    lines = [
        t("🔑 <b>{name}</b> ({account}) wants to be an admin here.", name=p["name"], account=account),
        t("Invited by {name}.", name=p["invited_by"])
        if p["invited_by"]
        else t("Invited from the gym's computer."),
        "",
        t(
            "An admin may do everything: money, prices, the team. Confirm only somebody whom you know; until"
            " then nothing is open to them. Waits until {until}.",
            until=p["expires_at"],
        ),
    ]
    return "\n".join(lines)


def outcome_text(t: HtmlTranslator, p: Mapping[str, Any]) -> str:
    return t(OUTCOMES[CandidateState(str(p["state"]))], decided_by=p["decided_by"], name=p["name"])


def answers(t: HtmlTranslator, p: Mapping[str, Any]) -> Row:
    key = p["candidate_id"]
    return [button(t("❌ Refuse"), RefuseCandidate(key)), button(t("✅ Confirm"), ConfirmCandidate(key))]


def afterwards(t: HtmlTranslator) -> Row:
    return [button(t("👔 Team"), Team()), button(t("Home"), Home())]
