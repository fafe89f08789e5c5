"""What members read now and then: birthdays, long absences, new prices, and what the gym tells everybody."""

from __future__ import annotations

from bot.messages.register import Payload, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPlan, WantToRenew
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.face_consent import answers_to_change, changed_text
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings


@says(Kind.BIRTHDAY)
def _birthday(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    return t(
        "🎂 Happy birthday, {first_name}! Everybody at {gym} wishes you a great day.",
        first_name=p["first_name"],
        gym=settings.name,
    )


@says(Kind.ABSENT)
def _absent(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    """The day is the last visit's own, so that the member knows it again."""
    if "since" not in p:
        return _absent_for(t, p, settings)
    told = {"first_name": p["first_name"], "gym": settings.name}
    if p["last_visit"] is None:
        return t(
            "👟 {first_name}, your plan has been running since {since}, and we have not seen you yet. "
            "Come to {gym}!",
            since=p["since"],
            **told,
        )
    return t(
        "👟 {first_name}, your last visit was on {last_visit}. Your plan is running: come to {gym}!",
        last_visit=p["last_visit"],
        **told,
    )


def _absent_for(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    """As releases up to 0.1 have written it into the outbox."""
    return t.plural(
        "👟 We have not seen you for {count} day, {first_name}. Your plan is running: come to {gym}!",
        "👟 We have not seen you for {count} days, {first_name}. Your plan is running: come to {gym}!",
        p["days"],
        first_name=p["first_name"],
        gym=settings.name,
    )


@says(Kind.PRICE_CHANGED)
def _price(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t(
        "🏷 From {valid_from} on <b>{plan}</b> costs <b>{price}</b>. What you have paid for stays as it is.",
        valid_from=p["valid_from"],
        plan=p["plan_name"],
        price=p["price"],
    )


@says(Kind.FACE_CONSENT_RENEWED)
def _consent(t: HtmlTranslator, _: Payload, settings: GymSettings) -> str:
    return changed_text(t, settings.name)


@says(Kind.BROADCAST)
def _broadcast(t: HtmlTranslator, p: Payload, settings: GymSettings) -> str:
    """As it was typed, under the gym's name."""
    text = p["text"]
    return t("📣 <b>{gym}</b>", gym=settings.name) + f"\n\n{Html(t.text(text))}"


@says(Kind.DESK_OVERDUE)
def _overdue(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    return t.plural(
        "⌛ {client_name} has owed {balance} for {plan_name} for {count} day.",
        "⌛ {client_name} has owed {balance} for {plan_name} for {count} days.",
        p["days"],
        client_name=p["client_name"],
        balance=p["balance"],
        plan_name=p["plan_name"],
    )


@offers(Kind.FACE_CONSENT_RENEWED)
def _answers(t: HtmlTranslator, _: Payload) -> Keyboard:
    return answers_to_change(t)


@offers(Kind.ABSENT)
def _come(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan())]]


@offers(Kind.PRICE_CHANGED)
def _renew(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan()), button(t("I want to renew"), WantToRenew())]]


@offers(Kind.DESK_OVERDUE)
def _collect(t: HtmlTranslator, p: Payload) -> Keyboard:
    card = button(t("👤 Card"), Card(p["client_id"]))
    return [[card, button(t("💵 Pay"), TakePayment(p["subscription_id"]))]]
