"""What is read about requests: by whoever may decide, by whoever asked, by the member."""

from __future__ import annotations

from bot.messages.register import Payload, offers, says
from bot.ui.buttons.approvals import ApproveRequest, RejectRequest, SeeRequest, UseApproval
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import Home
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.requests import freeze_days, request_text
from gym.approvals.models import ApprovalKind, ApprovalState
from gym.core.language import N_
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings

DECIDED = {
    ApprovalState.APPROVED: N_("✅ <b>{decided_by} has approved this.</b>"),
    ApprovalState.REJECTED: N_("❌ <b>{decided_by} has rejected this.</b>"),
    ApprovalState.EXPIRED: N_("⌛ <b>Nobody has answered in time.</b> Ask again if it is still needed."),
}


@says(Kind.APPROVAL_ASKED)
def _asked(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    until = t("Good until {expires_at}.", expires_at=p["expires_at"])
    return "\n".join(
        [t("🙋 <b>{asked_by} asks an admin</b>", asked_by=p["asked_by"]), "", request_text(t, p), "", until]
    )


@says(Kind.DESK_FREEZE_WANTED)
def _freeze_wanted(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    until = t("Good until {expires_at}.", expires_at=p["expires_at"])
    return "\n".join([t("🙋 <b>A member asks for a freeze</b>"), "", request_text(t, p), "", until])


@offers(Kind.APPROVAL_ASKED)
@offers(Kind.DESK_FREEZE_WANTED)
def _answers(t: HtmlTranslator, p: Payload) -> Keyboard:
    key = p["approval_id"]
    return [
        [button(t("❌ Reject"), RejectRequest(key)), button(t("✅ Approve"), ApproveRequest(key))],
        [button(t("Look at it"), SeeRequest(key))],
    ]


@says(Kind.APPROVAL_TAKEN_BACK)
@says(Kind.DESK_FREEZE_TAKEN_BACK)
def _taken_back(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    """Stands where the question stood; without buttons, there is nothing to decide any more."""
    title = t("✖️ <b>{asked_by} has taken this back.</b>", asked_by=p["asked_by"])
    return "\n".join([title, "", request_text(t, p)])


@says(Kind.APPROVAL_DECIDED)
def _decided(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    lines = [t(DECIDED[ApprovalState(str(p["state"]))], decided_by=p["decided_by"])]
    if p["answer"]:
        lines.append(t("💬 {answer}", answer=p["answer"]))
    lines += ["", request_text(t, p)]
    if _can_go_on(p):
        lines += ["", t("The sale can go on until {expires_at}.", expires_at=p["expires_at"])]
    return "\n".join(lines)


@offers(Kind.APPROVAL_DECIDED)
def _go_on(t: HtmlTranslator, p: Payload) -> Keyboard:
    card = button(t("👤 Card"), Card(p["client_id"]))
    if _can_go_on(p):
        return [[button(t("Go on to the sale"), UseApproval(p["approval_id"]), wide=True)], [card]]
    return [[card, button(t("Look at it"), SeeRequest(p["approval_id"]))]]


def _can_go_on(p: Payload) -> bool:
    return p["kind"] == ApprovalKind.DISCOUNT and p["state"] == ApprovalState.APPROVED


@says(Kind.FREEZE_APPROVED)
def _freeze_approved(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t("✅ <b>The gym has approved your freeze.</b>") + "\n\n" + freeze_days(t, p)


@says(Kind.FREEZE_REJECTED)
def _freeze_rejected(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p["state"] == ApprovalState.EXPIRED:
        text = t("⌛ <b>Nobody has answered your wish for a freeze.</b> Ask at the desk, please.")
    else:
        text = t("❌ <b>The gym cannot freeze your plan on these days.</b> Ask at the desk, please.")
    answer = "\n" + t("💬 {answer}", answer=p["answer"]) if p["answer"] else ""
    return text + answer + "\n\n" + freeze_days(t, p)


@offers(Kind.FREEZE_APPROVED)
@offers(Kind.FREEZE_REJECTED)
def _home(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [[button(t("Home"), Home())]]
