"""What clients read."""

from __future__ import annotations

from bot.messages.register import RENDERERS, Payload, Render, method_words, says, simple, verdict_words
from bot.render import Html, HtmlTranslator
from gym.core.language import N_
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings

simple(
    Kind.WELCOME,
    N_(
        "👋 Welcome to {gym}, {first_name}! Receipts and reminders come here. "
        "Send /start for your plan and your QR."
    ),
)
simple(
    Kind.SUBSCRIPTION_CANCELED,
    N_("✖️ Your plan <b>{plan_name}</b> was canceled. Questions? Ask at the desk."),
)


@says(Kind.RECEIPT)
def _receipt(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
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


def _sold(message: str) -> Render:
    def function(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
        text = t(message, plan=p["plan_name"], starts_on=p["starts_on"], ends_on=p["ends_on"])
        return text if not p["balance"] else f"{text}\n" + t("To pay: <b>{balance}</b>", balance=p["balance"])

    return function


RENDERERS[Kind.SUBSCRIPTION_SOLD] = _sold(N_("🏷 Your plan: <b>{plan}</b>\n📅 {starts_on} – {ends_on}"))
RENDERERS[Kind.SUBSCRIPTION_RENEWED] = _sold(N_("🔁 Renewed: <b>{plan}</b>\n📅 {starts_on} – {ends_on}"))
RENDERERS[Kind.SUBSCRIPTION_ACTIVATED] = _sold(N_("🟢 <b>{plan}</b> has started. It runs until {ends_on}."))
RENDERERS[Kind.SUBSCRIPTION_EXPIRED] = _sold(N_("⚪ <b>{plan}</b> ended on {ends_on}. Renew it at the desk."))


@says(Kind.ENDS_SOON)
def _ends_soon(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p["days"] == 0:
        return t("⏰ Today is the last day of <b>{plan}</b>. Renew it at the desk.", plan=p["plan_name"])
    when = t.plural("in {count} day", "in {count} days", p["days"])
    return t(
        "⏰ <b>{plan}</b> ends {when}, on {ends_on}. Renew it at the desk.",
        plan=p["plan_name"],
        when=when,
        ends_on=p["ends_on"],
    )


@says(Kind.ENDED)
def _ended(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t("We miss you! <b>{plan}</b> ended on {ends_on}.", plan=p["plan_name"], ends_on=p["ends_on"])


@says(Kind.PAYMENT_DUE)
def _payment_due(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t("💵 {balance} are to pay for <b>{plan}</b>.", balance=p["balance"], plan=p["plan_name"])


@says(Kind.CHECKED_IN)
def _checked_in(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    lines = [t("✅ You are in. {at}", at=p["at"])]
    if p.get("visit_number"):
        lines.append(t("Visit {number}", number=p["visit_number"]))
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
