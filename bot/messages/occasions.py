"""Occasional messages to members: birthdays, long absences, new prices, broadcasts."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPlan, WantToRenew
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.face_consent import answers_to_change, changed_text
from gym.notifications.payloads.members import (
    AbsentPayload,
    BirthdayPayload,
    BroadcastPayload,
    FaceConsentRenewedPayload,
    PriceChangedPayload,
)
from gym.notifications.payloads.plans import DeskOverduePayload


@says(BirthdayPayload)
def _birthday(t: HtmlTranslator, p: BirthdayPayload, context: WordingContext) -> str:
    return t(
        "🎂 Happy birthday, {first_name}! Everybody at {gym} wishes you a great day.",
        first_name=p.first_name,
        gym=context.settings.name,
    )


@says(AbsentPayload)
def _absent(t: HtmlTranslator, p: AbsentPayload, context: WordingContext) -> str:
    """The invitation names the day of the last visit."""
    if p.since is None:
        return _absent_for(t, p, context)
    told = {"first_name": p.first_name, "gym": context.settings.name}
    if p.last_visit is None:
        return t(
            "👟 {first_name}, your plan has been running since {since}, and we have not seen you yet. "
            "Come to {gym}!",
            since=p.since,
            **told,
        )
    return t(
        "👟 {first_name}, your last visit was on {last_visit}. Your plan is running: come to {gym}!",
        last_visit=p.last_visit,
        **told,
    )


def _absent_for(t: HtmlTranslator, p: AbsentPayload, context: WordingContext) -> str:
    """The invitation as releases up to 0.1 have written it into the outbox."""
    return t.plural(
        "👟 We have not seen you for {count} day, {first_name}. Your plan is running: come to {gym}!",
        "👟 We have not seen you for {count} days, {first_name}. Your plan is running: come to {gym}!",
        p.days,
        first_name=p.first_name,
        gym=context.settings.name,
    )


@says(PriceChangedPayload)
def _price(t: HtmlTranslator, p: PriceChangedPayload, _: WordingContext) -> str:
    return t(
        "🏷 From {valid_from} on <b>{plan}</b> costs <b>{price}</b>. What you have paid for stays as it is.",
        valid_from=p.valid_from,
        plan=p.plan_name,
        price=p.price,
    )


@says(FaceConsentRenewedPayload)
def _consent(t: HtmlTranslator, _: FaceConsentRenewedPayload, context: WordingContext) -> str:
    return changed_text(t, context.settings.name)


@says(BroadcastPayload)
def _broadcast(t: HtmlTranslator, p: BroadcastPayload, context: WordingContext) -> str:
    """A broadcast as it was typed, under the gym's name. Raises `LookupError` when its broadcast has gone."""
    if p.text is None:
        raise LookupError("text")
    return t("📣 <b>{gym}</b>", gym=context.settings.name) + f"\n\n{Html(t.text(p.text))}"


@says(DeskOverduePayload)
def _overdue(t: HtmlTranslator, p: DeskOverduePayload, _: WordingContext) -> str:
    return t.plural(
        "⌛ {client_name} has owed {balance} for {plan_name} for {count} day.",
        "⌛ {client_name} has owed {balance} for {plan_name} for {count} days.",
        p.days,
        client_name=p.about.client_name,
        balance=p.about.balance,
        plan_name=p.about.plan_name,
    )


@offers(FaceConsentRenewedPayload)
def _answers(t: HtmlTranslator, _: FaceConsentRenewedPayload) -> Keyboard:
    return answers_to_change(t)


@offers(AbsentPayload)
def _come(t: HtmlTranslator, _: AbsentPayload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan())]]


@offers(PriceChangedPayload)
def _renew(t: HtmlTranslator, _: PriceChangedPayload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan()), button(t("I want to renew"), WantToRenew())]]


@offers(DeskOverduePayload)
def _collect(t: HtmlTranslator, p: DeskOverduePayload) -> Keyboard:
    card = button(t("👤 Card"), Card(p.about.client_id))
    return [[card, button(t("💵 Collect"), TakePayment(p.about.subscription_id))]]
