"""Requests in words, the same on a screen and in a notification: what is asked, and its state."""

from __future__ import annotations

from typing import Final

from bot.ui.masking import mask_contacts
from bot.ui.screens import HtmlTranslator
from bot.ui.surfaces import mask_payload
from bot.ui.wording.memberships.freezes import beyond_words
from bot.ui.wording.terms import METHODS, receipt_number
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.notices import request_details
from gym.approvals.schemas import discount_of
from gym.core.language import N_
from gym.notifications.payloads.base import read_stored
from gym.notifications.payloads.requests import (
    DiscountRequest,
    FreezeRequest,
    LongFreezeRequest,
    RefundRequest,
    RequestDetails,
    VoidRequest,
    WriteOffRequest,
)
from gym.payments.models import Method

STANDS: Final = {
    ApprovalState.PENDING: N_("⏳ Waits for an answer until {expires_at}."),
    ApprovalState.APPROVED: N_("✅ Approved by {decided_by} on {decided_at}."),
    ApprovalState.REJECTED: N_("❌ Rejected by {decided_by} on {decided_at}."),
    ApprovalState.EXPIRED: N_("⌛ Nobody answered until {expires_at}."),
    ApprovalState.WITHDRAWN: N_("↩️ Taken back by {decided_by} on {decided_at}."),
}
SHORT: Final = {
    ApprovalKind.VOID: N_("↩️ Void · {client}"),
    ApprovalKind.REFUND: N_("💸 Refund · {client}"),
    ApprovalKind.FREEZE: N_("❄️ Freeze · {client}"),
    ApprovalKind.WRITE_OFF: N_("🧹 Write-off · {client}"),
    ApprovalKind.LONG_FREEZE: N_("❄️ Long freeze · {client}"),
}


def request_text(t: HtmlTranslator, request: RequestDetails) -> str:
    """The request in full: what, for whom, how much, who asks, why."""
    lines = [_wish(t, request), t("👤 {client}", client=request.client_name)]
    if isinstance(request.subject, FreezeRequest):
        lines.append(t("✍️ {reason}", reason=request.reason))
    elif request.reason:
        lines.append(t("✍️ {asked_by}: {reason}", asked_by=request.asked_by, reason=request.reason))
    return "\n".join(lines)


def _wish(t: HtmlTranslator, request: RequestDetails) -> str:
    match request.subject:
        case DiscountRequest() as discount:
            return _discount(t, discount)
        case VoidRequest() as void:
            return _void(t, void)
        case RefundRequest() as refund:
            return _refund(t, refund)
        case FreezeRequest():
            return freeze_days(t, request)
        case LongFreezeRequest(days_left=left):
            return f"{freeze_days(t, request)}\n{beyond_words(t, left)}"
        case WriteOffRequest(amount=amount, plan_name=plan):
            return t("🧹 <b>Write {amount} off</b> for {plan}", amount=amount, plan=plan)


def _discount(t: HtmlTranslator, discount: DiscountRequest) -> str:
    if not discount.off:
        return _full_price(t, discount)
    text = (
        N_("🏷 <b>{off} off ({percent})</b> a renewal with {plan}: {price} instead of {full}")
        if discount.renews_id
        else N_("🏷 <b>{off} off ({percent})</b> {plan}: {price} instead of {full}")
    )
    return t(
        text,
        off=discount.off,
        percent=f"{discount.percent}%",
        plan=discount.plan_name,
        price=discount.final_price,
        full=discount.base_price,
    )


def _full_price(t: HtmlTranslator, discount: DiscountRequest) -> str:
    """A line for a sale at full price to the own membership, which a colleague has to approve."""
    text = (
        N_("🏷 <b>The own plan, at its full price</b>: a renewal with {plan} for {price}")
        if discount.renews_id
        else N_("🏷 <b>The own plan, at its full price</b>: {plan} for {price}")
    )
    return t(text, plan=discount.plan_name, price=discount.final_price)


def _void(t: HtmlTranslator, void: VoidRequest) -> str:
    return t(
        "↩️ <b>Void receipt {number} of {amount}</b> ({method}), taken by {taken_by} on {taken_at} for {plan}",
        number=receipt_number(t, void.receipt_number),
        amount=void.amount,
        method=t(METHODS[Method(void.method)]),
        taken_by=void.taken_by,
        taken_at=void.taken_at,
        plan=void.plan_name,
    )


def _refund(t: HtmlTranslator, refund: RefundRequest) -> str:
    return t(
        "💸 <b>Give {amount} back</b> ({method}) for {plan}",
        amount=refund.amount,
        method=t(METHODS[Method(refund.method)]),
        plan=refund.plan_name,
    )


def freeze_days(t: HtmlTranslator, request: RequestDetails) -> str:
    """The days of a freeze, or its first one when the end is open. Raises TypeError for another request."""
    freeze = request.subject
    if not isinstance(freeze, FreezeRequest | LongFreezeRequest):
        raise TypeError(freeze.kind)
    if freeze.ends_on is None:
        return t(
            "❄️ <b>Freeze {plan}</b> from {starts_on} until the return",
            plan=freeze.plan_name,
            starts_on=freeze.starts_on,
        )
    return t(
        "❄️ <b>Freeze {plan}</b>: {starts_on} – {ends_on}",
        plan=freeze.plan_name,
        starts_on=freeze.starts_on,
        ends_on=freeze.ends_on,
    )


def where_it_stands(t: HtmlTranslator, approval: Approval, *, masked: bool = False) -> str:
    """The state: who has decided and when, why not, whether it was used."""
    lines = [
        t(
            STANDS[approval.state],
            expires_at=approval.expires_at,
            decided_by=approval.decided_by_name,
            decided_at=approval.decided_at,
        )
    ]
    if approval.answer:
        answer = mask_contacts(approval.answer) if masked else approval.answer
        lines.append(t("💬 {answer}", answer=answer))
    if approval.used_at:
        lines.append(t("Used on {used_at}.", used_at=approval.used_at))
    return "\n".join(lines)


def whole_text(t: HtmlTranslator, approval: Approval, *, masked: bool = False) -> str:
    """Request and state; `masked` for a desk chat, where others read what somebody typed."""
    request = request_details(approval)
    if masked:
        request = read_stored(RequestDetails, mask_payload(request.values()))
    wish = request_text(t, request)
    return f"{wish}\n\n{where_it_stands(t, approval, masked=masked)}"


def short_label(t: HtmlTranslator, approval: Approval) -> str:
    """One line for a list."""
    client = approval.client.full_name
    if approval.kind is not ApprovalKind.DISCOUNT:
        return t(SHORT[approval.kind], client=client)
    discount = discount_of(approval)
    if not discount.off:
        return t("🏷 Own plan, full price · {client}", client=client)
    return t("🏷 {percent} off · {client}", percent=f"{discount.percent}%", client=client)
