"""What clients read."""

from __future__ import annotations

from bot.messages.register import (
    RENDERERS,
    Payload,
    Render,
    method_words,
    offers,
    says,
    simple,
    verdict_words,
)
from bot.ui.buttons.member import MyPlan, WantToRenew
from bot.ui.keyboards import Button, Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from gym.attendance.models import VerdictCode
from gym.core.language import N_
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings

ENDED = (VerdictCode.EXPIRED, VerdictCode.VISITS_USED_UP, VerdictCode.NO_SUBSCRIPTION)
"""Denials that a new period mends."""
HAS_ENDED = N_("⚪ <b>{plan}</b> ended on {ends_on}. Renew it at the desk.")

simple(
    Kind.WELCOME,
    N_("👋 Welcome to {gym}, {first_name}! Your receipts, your visits and reminders of your plan come here."),
)


@says(Kind.RECEIPT)
def _receipt(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    if "parts" in p:
        return _receipt_of_all(t, p, settings)
    text = t(
        "🧾 <b>Receipt {number}</b>\n{gym}\n\n"
        "Paid <b>{amount}</b> ({method}) for {plan}\n{starts_on} – {ends_on}",
        number=Html(f"№ {p['receipt_number']}"),
        gym=settings.name,
        amount=p["amount"],
        method=method_words(t, p),
        plan=p["plan_name"],
        starts_on=p["starts_on"],
        ends_on=p["ends_on"],
    )
    left = t("Still to pay: <b>{balance}</b>", balance=p["balance"]) if p["balance"] else t("Paid in full.")
    return f"{text}\n{left}"


def _receipt_of_all(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    """One message for everything that was paid at once."""
    heading = t(
        "🧾 <b>Receipt</b>\n{gym}\n\nPaid <b>{total}</b> ({method})",
        gym=settings.name,
        total=p["total"],
        method=method_words(t, p),
    )
    return "\n".join([heading, *(_part(t, one) for one in p["parts"]), t("Paid in full.")])


def _part(t: HtmlTranslator, one: Payload) -> str:
    return t(
        "{number}: {amount} for {plan}, {starts_on} – {ends_on}",
        number=Html(f"№ {one['receipt_number']}"),
        amount=one["amount"],
        plan=one["plan_name"],
        starts_on=one["starts_on"],
        ends_on=one["ends_on"],
    )


@says(Kind.VOIDED)
def _voided(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    """The reason is the desk's."""
    text = t(
        "↩️ <b>Receipt {number}</b> is void: <b>{amount}</b> ({method}) for {plan} no longer counts as paid.",
        number=Html(f"№ {p['receipt_number']}"),
        amount=p["amount"],
        method=method_words(t, p),
        plan=p["plan_name"],
    )
    left = [t("To pay: <b>{balance}</b>", balance=p["balance"])] if p["balance"] else []
    return "\n".join([text, *left, t("Questions? Ask at the desk.")])


def _sold(message: str) -> Render:
    def function(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
        text = t(message, plan=p["plan_name"], starts_on=p["starts_on"], ends_on=p["ends_on"])
        return text if not p["balance"] else f"{text}\n" + t("To pay: <b>{balance}</b>", balance=p["balance"])

    return function


RENDERERS[Kind.SUBSCRIPTION_SOLD] = _sold(N_("🏷 Your plan: <b>{plan}</b>\n📅 {starts_on} – {ends_on}"))
RENDERERS[Kind.SUBSCRIPTION_RENEWED] = _sold(N_("🔁 Renewed: <b>{plan}</b>\n📅 {starts_on} – {ends_on}"))
RENDERERS[Kind.SUBSCRIPTION_ACTIVATED] = _sold(N_("🟢 <b>{plan}</b> has started. It runs until {ends_on}."))
RENDERERS[Kind.SUBSCRIPTION_EXPIRED] = _sold(HAS_ENDED)


@says(Kind.ENDS_SOON)
def _ends_soon(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    days = (p["ends_on"] - p["today"]).days if "today" in p else p["days"]
    if days < 0:
        return t(HAS_ENDED, plan=p["plan_name"], ends_on=p["ends_on"])
    if days == 0:
        return t("⏰ Today is the last day of <b>{plan}</b>. Renew it at the desk.", plan=p["plan_name"])
    when = t.plural("in {count} day", "in {count} days", days)
    return t(
        "⏰ <b>{plan}</b> ends {when}, on {ends_on}. Renew it at the desk.",
        plan=p["plan_name"],
        when=when,
        ends_on=p["ends_on"],
    )


@says(Kind.ENDED)
def _ended(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "👋 We miss you! <b>{plan}</b> ended on {ends_on}. Renew it at the desk whenever you like.",
        plan=p["plan_name"],
        ends_on=p["ends_on"],
    )


@says(Kind.PAYMENT_DUE)
def _payment_due(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "💵 You have <b>{balance}</b> to pay for <b>{plan}</b>. You can pay at the desk.",
        balance=p["balance"],
        plan=p["plan_name"],
    )


@says(Kind.CHECKED_IN)
def _checked_in(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    lines = [t("✅ Entry noted: {at}", at=p["at"])]
    if p.get("visit_number"):
        lines.append(t("Visit {number} of this plan", number=p["visit_number"]))
    if p.get("visits_left") is not None:
        lines.append(t.plural("🎟 {count} visit left", "🎟 {count} visits left", p["visits_left"]))
    elif p.get("days_left") is not None:
        lines.append(t.plural("⏳ {count} day left", "⏳ {count} days left", p["days_left"]))
    if p.get("balance"):
        lines.append(t("💵 To pay: <b>{balance}</b>", balance=p["balance"]))
    return "\n".join(lines)


@says(Kind.DENIED)
def _denied(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return "🚪 " + verdict_words(t, p, p["code"])


# Buttons


@offers(Kind.ENDS_SOON)
@offers(Kind.ENDED)
@offers(Kind.SUBSCRIPTION_EXPIRED)
def _renewal(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[_my_plan(t), button(t("I want to renew"), WantToRenew())]]


@offers(Kind.PAYMENT_DUE)
@offers(Kind.VOIDED)
@offers(Kind.SUBSCRIPTION_SOLD)
@offers(Kind.SUBSCRIPTION_RENEWED)
@offers(Kind.SUBSCRIPTION_ACTIVATED)
def _look(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[_my_plan(t)]]


@offers(Kind.DENIED)
def _way_in(t: HtmlTranslator, p: Payload) -> Keyboard:
    return _renewal(t, p) if VerdictCode(str(p["code"])) in ENDED else _look(t, p)


def _my_plan(t: HtmlTranslator) -> Button:
    return button(t("🎫 My plan"), MyPlan())
