"""Notifications as messages: one small function a kind, in the reader's language, rendered when it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from telegram import InlineKeyboardMarkup

from bot.desk.words import METHODS
from bot.render import Html, HtmlTranslator
from gym.attendance.messages import sentence_of
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.core.language import N_
from gym.notifications.models import NotificationKind
from gym.payments.models import Method
from gym.settings.schemas import GymSettings

Kind = NotificationKind
Payload = Mapping[str, Any]
Render = Callable[[HtmlTranslator, Payload, GymSettings], str]
RENDERERS: Final[dict[NotificationKind, Render]] = {}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def render(kind: NotificationKind, payload: Payload, settings: GymSettings, language: str) -> Message:
    """The message of a notification."""
    t = HtmlTranslator(language, currency=settings.currency, timezone=settings.timezone)
    return Message(RENDERERS[kind](t, payload, settings))


def says(kind: NotificationKind) -> Callable[[Render], Render]:
    """Register the function that words a kind."""

    def register(function: Render) -> Render:
        RENDERERS[kind] = function
        return function

    return register


def _simple(kind: NotificationKind, message: str) -> None:
    """A kind that is one sentence filled with its payload."""

    def function(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
        return t(message, **{"gym": settings.name, **p})

    RENDERERS[kind] = function


def _verdict(t: HtmlTranslator, p: Payload, code: object) -> str:
    values = {**p, "balance": p.get("balance") or p.get("closed_debt")}
    method = CheckInMethod(str(p["method"]))
    return t(sentence_of(VerdictCode(str(code)), method, p.get("until")), **values)


def _method(t: HtmlTranslator, p: Payload) -> str:
    return t(METHODS[Method(str(p["method"]))])


# To the client ────────────────────────────────────────────────────────────────────────────────────────────

_simple(
    Kind.WELCOME,
    N_(
        "👋 Welcome to {gym}, {first_name}! Receipts and reminders come here. "
        "Send /start for your plan and your QR."
    ),
)
_simple(
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
        method=_method(t, p),
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
    return "🚪 " + _verdict(t, p, p["code"])


# To the desk ──────────────────────────────────────────────────────────────────────────────────────────────

_simple(Kind.DESK_CLIENT_REGISTERED, N_("🆕 {client_name} was registered by {staff_name}."))
_simple(Kind.DESK_CLIENT_CHANGED, N_("✏️ {client_name} was changed by {staff_name}."))
_simple(Kind.DESK_CLIENT_DEACTIVATED, N_("⏸ {client_name} was deactivated by {staff_name}."))
_simple(Kind.DESK_SOLD, N_("🏷 {client_name}: {plan_name} for {final_price} ({staff_name})"))
_simple(
    Kind.DESK_RENEWED, N_("🔁 {client_name}: {plan_name} from {starts_on} for {final_price} ({staff_name})")
)
_simple(Kind.DESK_CANCELED, N_("✖️ {client_name}: {plan_name} was canceled by {staff_name}: {reason}"))
_simple(Kind.DESK_ACTIVATED, N_("🟢 {client_name}: {plan_name} has started."))
_simple(Kind.DESK_EXPIRED, N_("⚪ {client_name}: {plan_name} has ended."))
_simple(Kind.DESK_WANTS_RENEWAL, N_("🙋 {client_name} wants to renew."))
_simple(Kind.DESK_NEW_KIOSK, N_("🚪 A kiosk was paired: {name}"))
_simple(Kind.DESK_JOB_FAILED, N_("⚠️ The nightly job {job} failed ({code}). It is tried again by itself."))


@says(Kind.DESK_NEW_STAFF)
def _new_staff(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p["role"] == "admin":
        return t("👋 {name} works here now, as an admin.", name=p["name"])
    return t("👋 {name} works here now.", name=p["name"])


@says(Kind.DESK_PAYMENT)
def _desk_payment(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "💵 {client_name} paid {amount} ({method}), receipt {number} ({staff_name})",
        client_name=p["client_name"],
        amount=p["amount"],
        method=_method(t, p),
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
    return t("🚪 {client_name} was refused:", client_name=p["client_name"]) + " " + _verdict(t, p, p["code"])


@says(Kind.DESK_OVERRIDE)
def _override(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "⚠️ {staff_name} let {client_name} in against the verdict: {reason}",
        staff_name=p["staff_name"],
        client_name=p["client_name"],
        reason=p["reason"],
    )
