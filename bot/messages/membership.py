"""What is said of a changed plan, money given back and goodwill."""

from __future__ import annotations

from bot.messages.register import Payload, method_words, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPlan
from bot.ui.buttons.memberships import ManagePlan
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from gym.notifications.models import NotificationKind as Kind
from gym.payments.models import EntryCause
from gym.settings.schemas import GymSettings


@says(Kind.PLAN_CHANGED)
def _changed(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    lines = [
        t("🔀 Your plan is now <b>{plan}</b> instead of {old}.", plan=p["plan_name"], old=p["old_plan"]),
        t("📅 {starts_on} – {ends_on}", starts_on=p["starts_on"], ends_on=p["ends_on"]),
        *_change_lines(t, p),
    ]
    if p["to_credit"]:
        lines.append(t("💳 {amount} stay as your credit.", amount=p["to_credit"]))
    if p["balance"]:
        lines.append(t("To pay: <b>{balance}</b>", balance=p["balance"]))
    if p["renewal_starts_on"]:
        lines.append(t("⏭ Your next plan starts on {day}.", day=p["renewal_starts_on"]))
    return "\n".join(lines)


@says(Kind.DESK_PLAN_CHANGED)
def _desk_changed(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    lines = [
        t(
            "🔀 {client_name}: {old} → {plan} for {price} ({staff_name})",
            client_name=p["client_name"],
            old=p["old_plan"],
            plan=p["plan_name"],
            price=p["final_price"],
            staff_name=p["staff_name"],
        ),
        *_change_lines(t, p),
    ]
    if p["to_credit"]:
        lines.append(t("💳 {amount} stay as the client's credit.", amount=p["to_credit"]))
    if p["balance"]:
        lines.append(t("To pay: <b>{balance}</b>", balance=p["balance"]))
    return "\n".join(lines)


def _change_lines(t: HtmlTranslator, p: Payload) -> list[str]:
    """Where the unused days' money went."""
    lines: list[str] = []
    if p["to_debt"]:
        lines.append(t("− {amount} off what the old plan owes", amount=p["to_debt"]))
    if p["debt_left"]:
        lines.append(t("⚠️ {amount} of the old plan stay to pay.", amount=p["debt_left"]))
    if p["to_new"]:
        number = Html(f"№ {p['receipt_number']}")
        lines.append(
            t("− {amount} paid onto the new plan, receipt {number}", amount=p["to_new"], number=number)
        )
    return lines


@says(Kind.REFUNDED)
def _refunded(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    """A client reads what was done for them; the reason is the desk's."""
    if p.get("cause") == EntryCause.WRITTEN_OFF:
        return t(
            "🧹 <b>{plan}</b>: {amount} are not owed any more.", plan=p["plan_name"], amount=p["credited"]
        )
    return "\n".join(
        [t("💸 <b>{plan}</b>: the gym gives something back.", plan=p["plan_name"]), *_given(t, p)]
    )


@says(Kind.SUBSCRIPTION_CANCELED)
def _canceled(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    """Which period is gone, what stays, what is still owed. 0.1.0 did not say whether it had begun."""
    text = t(
        "✖️ Your plan <b>{plan_name}</b>, {starts_on} – {ends_on}, was canceled.",
        plan_name=p["plan_name"],
        starts_on=p["starts_on"],
        ends_on=p["ends_on"],
    )
    if not p.get("begun", True):
        text = t(
            "✖️ <b>{plan_name}</b>, which was to start on {starts_on}, was canceled.",
            plan_name=p["plan_name"],
            starts_on=p["starts_on"],
        )
    return "\n".join([text, *_still(t, p), *_given(t, p), t("Questions? Ask at the desk.")])


def _still(t: HtmlTranslator, p: Payload) -> list[str]:
    """What the client has all the same, and owes."""
    lines: list[str] = []
    if p.get("running_plan"):
        lines.append(
            t(
                "🏷 Your plan <b>{plan_name}</b> stays until {ends_on}.",
                plan_name=p["running_plan"],
                ends_on=p["running_until"],
            )
        )
    if p["balance"]:
        lines.append(t("To pay for the days used: <b>{balance}</b>", balance=p["balance"]))
    return lines


def _given(t: HtmlTranslator, p: Payload) -> list[str]:
    """What a client gets back; a cancellation does not say how."""
    lines: list[str] = []
    if p["credited"]:
        lines.append(t("− {amount} off what is to pay", amount=p["credited"]))
    if p["refunded"] and p.get("method"):
        lines.append(t("💸 {amount} back ({method})", amount=p["refunded"], method=method_words(t, p)))
    elif p["refunded"]:
        lines.append(t("💸 {amount} back", amount=p["refunded"]))
    if p["kept"]:
        lines.append(t("💳 {amount} kept as your credit for what you buy next", amount=p["kept"]))
    return lines


@says(Kind.DESK_REFUND)
def _desk_refund(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p.get("cause") == EntryCause.WRITTEN_OFF:
        return t(
            "🧹 {client_name}: {staff_name} has written {amount} off for {plan} ({reason})",
            client_name=p["client_name"],
            staff_name=p["staff_name"],
            amount=p["credited"],
            plan=p["plan_name"],
            reason=p["reason"],
        )
    lines = [
        t(
            "💸 {client_name}: {staff_name} gives something back for {plan} ({reason})",
            client_name=p["client_name"],
            plan=p["plan_name"],
            staff_name=p["staff_name"],
            reason=p["reason"],
        )
    ]
    if p["credited"]:
        lines.append(t("− {amount} off the debt", amount=p["credited"]))
    if p["refunded"]:
        lines.append(t("💸 {amount} back ({method})", amount=p["refunded"], method=method_words(t, p)))
    if p["kept"]:
        lines.append(t("💳 {amount} kept as the client's credit", amount=p["kept"]))
    return "\n".join(lines)


@offers(Kind.PLAN_CHANGED)
@offers(Kind.REFUNDED)
@offers(Kind.SUBSCRIPTION_CANCELED)
def _my_plan(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan())]]


@offers(Kind.DESK_PLAN_CHANGED)
def _after_change(t: HtmlTranslator, p: Payload) -> Keyboard:
    card = button(t("👤 Open the card"), Card(p["client_id"]))
    return [[card, button(t("💵 Pay"), TakePayment(p["subscription_id"]))] if p["balance"] else [card]]


@offers(Kind.DESK_REFUND)
def _after_refund(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [
        [
            button(t("👤 Open the card"), Card(p["client_id"])),
            button(t("🏷 Plan"), ManagePlan(p["subscription_id"])),
        ]
    ]
