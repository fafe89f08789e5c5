"""Messages about requests: to those who may decide, to the requester, to the member."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.approvals import ApproveRequest, RejectRequest, SeeRequest, UseApproval
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import Home
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.requests import freeze_days, request_text
from gym.approvals.models import ApprovalState
from gym.core.language import N_
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.requests import (
    ApprovalAskedPayload,
    ApprovalDecidedPayload,
    ApprovalTakenBackPayload,
    DeskFreezeTakenBackPayload,
    DeskFreezeWantedPayload,
    DiscountRequest,
    FreezeApprovedPayload,
    FreezeRejectedPayload,
    RequestDetails,
)

DECIDED = {
    ApprovalState.APPROVED: N_("✅ <b>{decided_by} has approved this.</b>"),
    ApprovalState.REJECTED: N_("❌ <b>{decided_by} has rejected this.</b>"),
    ApprovalState.EXPIRED: N_("⌛ <b>Nobody has answered in time.</b> Ask again if it is still needed."),
}


@says(ApprovalAskedPayload)
def _asked(t: HtmlTranslator, p: ApprovalAskedPayload, _: WordingContext) -> str:
    until = t("Good until {expires_at}.", expires_at=p.request.expires_at)
    return "\n".join(
        [
            t("🙋 <b>{asked_by} asks an admin</b>", asked_by=p.request.asked_by),
            "",
            request_text(t, p.request),
            "",
            until,
        ]
    )


@says(DeskFreezeWantedPayload)
def _freeze_wanted(t: HtmlTranslator, p: DeskFreezeWantedPayload, _: WordingContext) -> str:
    until = t("Good until {expires_at}.", expires_at=p.request.expires_at)
    return "\n".join([t("🙋 <b>A member asks for a freeze</b>"), "", request_text(t, p.request), "", until])


@offers(ApprovalAskedPayload, DeskFreezeWantedPayload)
def _answers(t: HtmlTranslator, p: ApprovalAskedPayload | DeskFreezeWantedPayload) -> Keyboard:
    key = p.request.approval_id
    return [
        [button(t("❌ Reject"), RejectRequest(key)), button(t("✅ Approve"), ApproveRequest(key))],
        [button(t("Look at it"), SeeRequest(key))],
    ]


@says(ApprovalTakenBackPayload, DeskFreezeTakenBackPayload)
def _taken_back(
    t: HtmlTranslator, p: ApprovalTakenBackPayload | DeskFreezeTakenBackPayload, _: WordingContext
) -> str:
    """Replaces the question; without buttons, for there is nothing to decide any more."""
    title = t("✖️ <b>{asked_by} has taken this back.</b>", asked_by=p.request.asked_by)
    return "\n".join([title, "", request_text(t, p.request)])


@says(ApprovalDecidedPayload)
def _decided(t: HtmlTranslator, p: ApprovalDecidedPayload, _: WordingContext) -> str:
    lines = [t(DECIDED[ApprovalState(p.request.state)], decided_by=p.request.decided_by)]
    if p.request.answer:
        lines.append(t("💬 {answer}", answer=p.request.answer))
    lines += ["", request_text(t, p.request)]
    if _can_go_on(p.request):
        lines += ["", t("The sale can go on until {expires_at}.", expires_at=p.request.expires_at)]
    return "\n".join(lines)


@offers(ApprovalDecidedPayload)
def _go_on(t: HtmlTranslator, p: ApprovalDecidedPayload) -> Keyboard:
    card = button(t("👤 Card"), Card(p.request.client_id))
    if _can_go_on(p.request):
        return [[button(t("Go on to the sale"), UseApproval(p.request.approval_id), wide=True)], [card]]
    return [[card, button(t("Look at it"), SeeRequest(p.request.approval_id))]]


def _can_go_on(request: RequestDetails) -> bool:
    return isinstance(request.subject, DiscountRequest) and request.state == ApprovalState.APPROVED


@says(FreezeApprovedPayload)
def _freeze_approved(t: HtmlTranslator, p: FreezeApprovedPayload, _: WordingContext) -> str:
    return t("✅ <b>The gym has approved your freeze.</b>") + "\n\n" + freeze_days(t, p.request)


@says(FreezeRejectedPayload)
def _freeze_rejected(t: HtmlTranslator, p: FreezeRejectedPayload, _: WordingContext) -> str:
    if p.request.state == ApprovalState.EXPIRED:
        text = t("⌛ <b>Nobody has answered your wish for a freeze.</b> Ask at the desk, please.")
    else:
        text = t("❌ <b>The gym cannot freeze your plan on these days.</b> Ask at the desk, please.")
    answer = "\n" + t("💬 {answer}", answer=p.request.answer) if p.request.answer else ""
    return text + answer + "\n\n" + freeze_days(t, p.request)


@offers(FreezeApprovedPayload, FreezeRejectedPayload)
def _home(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("Home"), Home())]]
