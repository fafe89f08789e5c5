"""Requests in words, the same on a screen and in a notification: what is asked, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.ui.masking import mask_contacts
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.surfaces import mask_payload
from bot.ui.wording.terms import METHODS
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.notices import request_details
from gym.core.language import N_
from gym.payments.models import Method

Payload = Mapping[str, Any]
"""As `gym.approvals.notices` makes it."""

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
}


def request_text(t: HtmlTranslator, p: Payload) -> str:
    """What would happen, in full: what, to whom, how much, who asks, why."""
    lines = [_wish(t, p), t("👤 {client}", client=p["client_name"])]
    if p["kind"] == ApprovalKind.FREEZE:
        lines.append(t("✍️ {reason}", reason=p["reason"]))
    elif p["reason"]:
        lines.append(t("✍️ {asked_by}: {reason}", asked_by=p["asked_by"], reason=p["reason"]))
    return "\n".join(lines)


def _wish(t: HtmlTranslator, p: Payload) -> str:
    match ApprovalKind(str(p["kind"])):
        case ApprovalKind.DISCOUNT:
            return _discount(t, p)
        case ApprovalKind.VOID:
            return _void(t, p)
        case ApprovalKind.REFUND:
            return _refund(t, p)
        case ApprovalKind.FREEZE:
            return freeze_days(t, p)
        case ApprovalKind.WRITE_OFF:
            return t("🧹 <b>Write {amount} off</b> for {plan}", amount=p["amount"], plan=p["plan_name"])


def _discount(t: HtmlTranslator, p: Payload) -> str:
    if not p["off"]:
        return _full_price(t, p)
    text = (
        N_("🏷 <b>{off} off ({percent})</b> a renewal with {plan}: {price} instead of {full}")
        if p["renews_id"]
        else N_("🏷 <b>{off} off ({percent})</b> {plan}: {price} instead of {full}")
    )
    return t(
        text,
        off=p["off"],
        percent=f"{p['percent']}%",
        plan=p["plan_name"],
        price=p["final_price"],
        full=p["base_price"],
    )


def _full_price(t: HtmlTranslator, p: Payload) -> str:
    """Asked by somebody at the desk for the own membership, where a colleague has to agree to any price."""
    text = (
        N_("🏷 <b>The own plan, at its full price</b>: a renewal with {plan} for {price}")
        if p["renews_id"]
        else N_("🏷 <b>The own plan, at its full price</b>: {plan} for {price}")
    )
    return t(text, plan=p["plan_name"], price=p["final_price"])


def _void(t: HtmlTranslator, p: Payload) -> str:
    return t(
        "↩️ <b>Void receipt {number} of {amount}</b> ({method}), taken by {taken_by} on {taken_at} for {plan}",
        number=Html(f"№ {p['receipt_number']}"),
        amount=p["amount"],
        method=t(METHODS[Method(str(p["method"]))]),
        taken_by=p["taken_by"],
        taken_at=p["taken_at"],
        plan=p["plan_name"],
    )


def _refund(t: HtmlTranslator, p: Payload) -> str:
    return t(
        "💸 <b>Give {amount} back</b> ({method}) for {plan}",
        amount=p["amount"],
        method=t(METHODS[Method(str(p["method"]))]),
        plan=p["plan_name"],
    )


def freeze_days(t: HtmlTranslator, p: Payload) -> str:
    """The days of a freeze, or its first one when the end is open."""
    if p["ends_on"] is None:
        return t(
            "❄️ <b>Freeze {plan}</b> from {starts_on} until the return",
            plan=p["plan_name"],
            starts_on=p["starts_on"],
        )
    return t(
        "❄️ <b>Freeze {plan}</b>: {starts_on} – {ends_on}",
        plan=p["plan_name"],
        starts_on=p["starts_on"],
        ends_on=p["ends_on"],
    )


def where_it_stands(t: HtmlTranslator, approval: Approval, *, masked: bool = False) -> str:
    """Who has decided and when, why not, whether it was used."""
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
    """All of it; `masked` for a desk chat, where others read what somebody typed."""
    payload = request_details(approval).values()
    wish = request_text(t, mask_payload(payload) if masked else payload)
    return f"{wish}\n\n{where_it_stands(t, approval, masked=masked)}"


def short_label(t: HtmlTranslator, approval: Approval) -> str:
    """One line for a list."""
    p, client = request_details(approval).values(), approval.client.full_name
    if approval.kind is ApprovalKind.DISCOUNT and not p["off"]:
        return t("🏷 Own plan, full price · {client}", client=client)
    if approval.kind is ApprovalKind.DISCOUNT:
        return t("🏷 {percent} off · {client}", percent=f"{p['percent']}%", client=client)
    return t(SHORT[approval.kind], client=client)
