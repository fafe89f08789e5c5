"""What is said of freezes, closings of the gym and gift days."""

from __future__ import annotations

from bot.messages.register import Payload, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPlan
from bot.ui.buttons.memberships import Freezes
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.freezes import span
from gym.core.language import N_
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings


@says(Kind.FREEZE_ENDS)
def _freeze_ends(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if "today" in p and p["today"] >= p["back_on"]:
        return t("☀️ The freeze of <b>{plan}</b> is over: come by!", plan=p["plan_name"])
    return t(
        "☀️ Your freeze of <b>{plan}</b> ends tomorrow. From {back_on} on you can come again!",
        plan=p["plan_name"],
        back_on=p["back_on"],
    )


@says(Kind.FROZEN)
def _told_frozen(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p["frozen_until"] is None:
        text = t("❄️ Your plan <b>{plan}</b> rests from {day} on.", plan=p["plan_name"], day=p["frozen_from"])
        return f"{text}\n" + t("No day is lost. When you want to come back, tell the desk.")
    days = Html(span(t, p["frozen_from"], p["frozen_until"]))
    text = t("❄️ Your plan <b>{plan}</b> is frozen: {days}.", plan=p["plan_name"], days=days)
    return f"{text}\n" + t("📅 Your plan now runs until {ends_on}.", ends_on=p["ends_on"])


@says(Kind.FREEZE_ENDED)
def _told_ended(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    text = t("✖️ The freeze of <b>{plan}</b> was called off.", plan=p["plan_name"])
    if not p["planned"]:
        text = t("☀️ The freeze of <b>{plan}</b> is over: come by!", plan=p["plan_name"])
    return f"{text}\n" + t("📅 Your plan now runs until {ends_on}.", ends_on=p["ends_on"])


@says(Kind.GYM_CLOSED)
def _told_closed(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    days = Html(span(t, p["frozen_from"], p["frozen_until"]))
    text = t("🔒 {gym} is closed {days}: {reason}", gym=settings.name, days=days, reason=p["reason"])
    rest = t(
        "You lose no day: <b>{plan}</b> runs until {ends_on} now.", plan=p["plan_name"], ends_on=p["ends_on"]
    )
    return f"{text}\n{rest}"


@says(Kind.GYM_OPENED)
def _told_opened(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    if p["planned"]:
        days = Html(span(t, p["frozen_from"], p["frozen_until"]))
        text = t("☀️ {gym} stays open after all ({days}).", gym=settings.name, days=days)
    else:
        text = t("☀️ {gym} is open again: come by!", gym=settings.name)
    rest = t("📅 <b>{plan}</b> runs until {ends_on}.", plan=p["plan_name"], ends_on=p["ends_on"])
    return f"{text}\n{rest}"


@says(Kind.GIFT_DAYS)
def _gift(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t.plural(
        "🎁 {count} day as a gift for <b>{plan}</b>: {reason}\nYour plan now runs until {ends_on}.",
        "🎁 {count} days as a gift for <b>{plan}</b>: {reason}\nYour plan now runs until {ends_on}.",
        p["days"],
        plan=p["plan_name"],
        reason=p["reason"],
        ends_on=p["ends_on"],
    )


@says(Kind.DESK_FROZEN)
def _frozen(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    days = Html(span(t, p["frozen_from"], p["frozen_until"]))
    if p.get("closing"):
        return t.plural(
            "🔒 The gym is closed {days}: {reason}. {count} plan rests ({staff_name})",
            "🔒 The gym is closed {days}: {reason}. {count} plans rest ({staff_name})",
            p["count"],
            days=days,
            reason=p["reason"],
            staff_name=p["staff_name"],
        )
    return t(
        "❄️ {client_name}: {plan_name} is frozen {days}: {reason} ({staff_name})",
        client_name=p["client_name"],
        plan_name=p["plan_name"],
        days=days,
        reason=p["reason"],
        staff_name=p["staff_name"],
    )


@says(Kind.DESK_FREEZE_ENDED)
def _freeze_ended(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    if p.get("closing"):
        return t.plural(
            "☀️ The gym opens again. {count} plan has new dates ({staff_name})",
            "☀️ The gym opens again. {count} plans have new dates ({staff_name})",
            p["count"],
            staff_name=p["staff_name"],
        )
    message = (
        N_("✖️ {client_name}: a planned freeze of {plan_name} was called off ({staff_name})")
        if p["planned"]
        else N_("☀️ {client_name} is back: {plan_name} runs until {ends_on} ({staff_name})")
    )
    return t(
        message,
        client_name=p["client_name"],
        plan_name=p["plan_name"],
        ends_on=p["ends_on"],
        staff_name=p["staff_name"],
    )


@says(Kind.DESK_GIFT_DAYS)
def _desk_gift(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    days = t.plural("{count} day", "{count} days", p["days"])
    if p.get("everybody"):
        return t.plural(
            "🎁 {days} for {count} plan: {reason} ({staff_name})",
            "🎁 {days} for {count} plans: {reason} ({staff_name})",
            p["count"],
            days=days,
            reason=p["reason"],
            staff_name=p["staff_name"],
        )
    return t(
        "🎁 {client_name}: {days} for {plan_name}: {reason} ({staff_name})",
        client_name=p["client_name"],
        days=days,
        plan_name=p["plan_name"],
        reason=p["reason"],
        staff_name=p["staff_name"],
    )


@offers(Kind.FROZEN)
@offers(Kind.FREEZE_ENDS)
@offers(Kind.FREEZE_ENDED)
@offers(Kind.GYM_CLOSED)
@offers(Kind.GYM_OPENED)
@offers(Kind.GIFT_DAYS)
def _my_plan(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan())]]


@offers(Kind.DESK_FROZEN)
@offers(Kind.DESK_FREEZE_ENDED)
@offers(Kind.DESK_GIFT_DAYS)
def _look(t: HtmlTranslator, p: Payload) -> Keyboard:
    if "client_id" not in p:
        return []
    return [
        [button(t("👤 Card"), Card(p["client_id"])), button(t("❄️ Freezes"), Freezes(p["subscription_id"]))]
    ]
