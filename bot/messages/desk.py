"""What the desk reads."""

from __future__ import annotations

from bot.messages.register import Payload, method_words, offers, says, simple
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import RenewPlan, SellPlan
from bot.ui.buttons.money import TakePayment
from bot.ui.callbacks import Callback
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.verdicts import CLOSED_DEBT, FROZEN_OPEN_END, WHY
from gym.attendance.models import VerdictCode
from gym.core.language import N_
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings

simple(Kind.DESK_CLIENT_REGISTERED, N_("🆕 {staff_name} has registered {client_name}."))
simple(Kind.DESK_CLIENT_CHANGED, N_("✏️ {staff_name} has changed the details of {client_name}."))
simple(Kind.DESK_CLIENT_DEACTIVATED, N_("⏸ {staff_name} has deactivated {client_name}."))
simple(Kind.DESK_SOLD, N_("🏷 {client_name}: {plan_name} for {final_price} ({staff_name})"))
simple(
    Kind.DESK_RENEWED, N_("🔁 {client_name}: {plan_name} from {starts_on} for {final_price} ({staff_name})")
)
simple(
    Kind.DESK_IMPORTED,
    N_(
        "📥 {staff_name} has imported a list. New clients: {made}. Plans that ran before: {plans}, with"
        " {owed} still to pay."
    ),
)
simple(
    Kind.DESK_CANCELED,
    N_("✖️ {client_name}: {plan_name} ({starts_on} – {ends_on}) was canceled by {staff_name}: {reason}"),
)
simple(Kind.DESK_EXPIRED, N_("⚪ {client_name}: {plan_name} has ended."))
simple(Kind.DESK_WANTS_RENEWAL, N_("🙋 {client_name} wants to renew."))
simple(Kind.DESK_NEW_KIOSK, N_("🚪 A kiosk was paired: {name}"))
simple(
    Kind.DESK_DOOR_FAILED,
    N_("🚪 The door at “{name}” does not answer. Open it by hand, and check its relay."),
)


@says(Kind.DESK_NEW_STAFF)
def _new_staff(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p["role"] == "admin":
        return t("👋 {name} works here now, as an admin.", name=p["name"])
    return t("👋 {name} works here now.", name=p["name"])


@says(Kind.DESK_ACTIVATED)
def _activated(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    text = t(
        "🟢 {client_name}: {plan_name} has started.", client_name=p["client_name"], plan_name=p["plan_name"]
    )
    return f"{text} " + t("{balance} is still to pay.", balance=p["balance"]) if p["balance"] else text


@says(Kind.DESK_PAYMENT)
def _desk_payment(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if "parts" in p:
        numbers = ", ".join(f"№ {one['receipt_number']}" for one in p["parts"])
        return t(
            "💵 {client_name} paid everything, {amount} ({method}), receipts {numbers} ({staff_name})",
            client_name=p["client_name"],
            amount=p["total"],
            method=method_words(t, p),
            numbers=Html(numbers),
            staff_name=p["staff_name"],
        )
    return t(
        "💵 {client_name} paid {amount} ({method}), receipt {number} ({staff_name})",
        client_name=p["client_name"],
        amount=p["amount"],
        method=method_words(t, p),
        number=Html(f"№ {p['receipt_number']}"),
        staff_name=p["staff_name"],
    )


@says(Kind.DESK_VOID)
def _desk_void(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "↩️ Receipt {number} of {client_name} ({amount}) was voided by {staff_name}: {reason}",
        number=Html(f"№ {p['receipt_number']}"),
        client_name=p["client_name"],
        amount=p["amount"],
        staff_name=p["staff_name"],
        reason=p["reason"],
    )


@says(Kind.DESK_CHECKED_IN)
def _desk_checked_in(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t("✅ {client_name} is in.", client_name=p["client_name"])


@says(Kind.DESK_DENIED)
def _desk_denied(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    values = {**p, "balance": p.get("balance") or p.get("closed_debt")}
    why = Html(t(_why(p), **values))
    if p.get("late"):
        return t(
            "🚪 {client_name} came at {at} while the kiosk was offline, and would not have been let in. "
            "{why}",
            client_name=p["client_name"],
            at=p["at"],
            why=why,
        )
    return t("🚪 {client_name} was not let in. {why}", client_name=p["client_name"], why=why)


def _why(p: Payload) -> str:
    """The desk's own words: the client's are for the client."""
    code = VerdictCode(str(p["code"]))
    if code is VerdictCode.FROZEN and not p.get("until"):
        return FROZEN_OPEN_END
    if code is VerdictCode.PAYMENT_DUE and not p.get("balance"):
        return CLOSED_DEBT
    return WHY[code]


@says(Kind.DESK_OVERRIDE)
def _override(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "⚠️ {staff_name} let {client_name} in against the verdict: {reason}",
        staff_name=p["staff_name"],
        client_name=p["client_name"],
        reason=p["reason"],
    )


# Buttons


@offers(Kind.DESK_CLIENT_REGISTERED)
@offers(Kind.DESK_CLIENT_CHANGED)
@offers(Kind.DESK_CLIENT_DEACTIVATED)
@offers(Kind.DESK_CANCELED)
@offers(Kind.DESK_PAYMENT)
@offers(Kind.DESK_VOID)
@offers(Kind.DESK_SOLD)
@offers(Kind.DESK_RENEWED)
@offers(Kind.DESK_CHECKED_IN)
@offers(Kind.DESK_OVERRIDE)
def _card(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [[button(t("👤 Card"), Card(p["client_id"]))]]


@offers(Kind.DESK_ACTIVATED)
def _begun(t: HtmlTranslator, p: Payload) -> Keyboard:
    """What has begun unpaid is paid now."""
    return _card_and(t, p, N_("💵 Pay"), TakePayment(p["subscription_id"])) if p["balance"] else _card(t, p)


@offers(Kind.DESK_EXPIRED)
@offers(Kind.DESK_WANTS_RENEWAL)
def _renewal(t: HtmlTranslator, p: Payload) -> Keyboard:
    return _card_and(t, p, N_("🔁 Renew"), RenewPlan(p["client_id"]))


@offers(Kind.DESK_DENIED)
def _remedy(t: HtmlTranslator, p: Payload) -> Keyboard:
    match VerdictCode(str(p["code"])):
        case VerdictCode.EXPIRED | VerdictCode.VISITS_USED_UP:
            return _renewal(t, p)
        case VerdictCode.NO_SUBSCRIPTION:
            return _card_and(t, p, N_("🏷 Sell plan"), SellPlan(p["client_id"]))
        case _:
            return _card(t, p)


def _card_and(t: HtmlTranslator, p: Payload, label: str, step: Callback) -> Keyboard:
    return [[button(t("👤 Card"), Card(p["client_id"])), button(t(label), step)]]
