"""Messages about freezes, closings of the gym and gift days."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPlan
from bot.ui.buttons.memberships import Freezes
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.memberships.freezes import span
from gym.core.language import N_
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.freezes import (
    ClosedGym,
    DeskFreezeEndedPayload,
    DeskFrozenPayload,
    DeskGiftDaysPayload,
    FreezeEndedPayload,
    FreezeEndsPayload,
    FrozenPayload,
    GiftDaysPayload,
    GiftToEverybody,
    GymClosedPayload,
    GymOpenedPayload,
    ReopenedGym,
)
from gym.notifications.payloads.plans import PlanDetails


@says(FreezeEndsPayload)
def _freeze_ends(t: HtmlTranslator, p: FreezeEndsPayload, context: WordingContext) -> str:
    # No word here or below asks anybody to come: the reader may be blocked, or owe for the plan.
    if context.today and context.today >= p.back_on:
        return t("☀️ The freeze of <b>{plan}</b> is over.", plan=p.about.plan_name)
    return t(
        "☀️ Your freeze of <b>{plan}</b> ends tomorrow. Your plan runs again from {back_on} on.",
        plan=p.about.plan_name,
        back_on=p.back_on,
    )


@says(FrozenPayload)
def _told_frozen(t: HtmlTranslator, p: FrozenPayload, _: WordingContext) -> str:
    if p.frozen_until is None:
        text = t("❄️ Your plan <b>{plan}</b> rests from {day} on.", plan=p.about.plan_name, day=p.frozen_from)
        return f"{text}\n" + t("No day is lost. When you want to come back, tell the desk.")
    days = Html(span(t, p.frozen_from, p.frozen_until))
    text = t("❄️ Your plan <b>{plan}</b> is frozen: {days}.", plan=p.about.plan_name, days=days)
    return f"{text}\n" + t("📅 Your plan now runs until {ends_on}.", ends_on=p.about.ends_on)


@says(FreezeEndedPayload)
def _told_ended(t: HtmlTranslator, p: FreezeEndedPayload, _: WordingContext) -> str:
    text = t("✖️ The freeze of <b>{plan}</b> was called off.", plan=p.about.plan_name)
    if not p.planned:
        text = t("☀️ The freeze of <b>{plan}</b> is over.", plan=p.about.plan_name)
    return f"{text}\n" + t("📅 Your plan now runs until {ends_on}.", ends_on=p.about.ends_on)


@says(GymClosedPayload)
def _told_closed(t: HtmlTranslator, p: GymClosedPayload, context: WordingContext) -> str:
    days = Html(span(t, p.frozen_from, p.frozen_until))
    text = t("🔒 {gym} is closed {days}: {reason}", gym=context.settings.name, days=days, reason=p.reason)
    rest = t(
        "You lose no day: <b>{plan}</b> runs until {ends_on} now.",
        plan=p.about.plan_name,
        ends_on=p.about.ends_on,
    )
    return f"{text}\n{rest}"


@says(GymOpenedPayload)
def _told_opened(t: HtmlTranslator, p: GymOpenedPayload, context: WordingContext) -> str:
    if p.planned:
        days = Html(span(t, p.frozen_from, p.frozen_until))
        text = t("☀️ {gym} stays open after all ({days}).", gym=context.settings.name, days=days)
    else:
        text = t("☀️ {gym} is open again.", gym=context.settings.name)
    rest = t("📅 <b>{plan}</b> runs until {ends_on}.", plan=p.about.plan_name, ends_on=p.about.ends_on)
    return f"{text}\n{rest}"


@says(GiftDaysPayload)
def _gift(t: HtmlTranslator, p: GiftDaysPayload, _: WordingContext) -> str:
    return t.plural(
        "🎁 {count} day as a gift for <b>{plan}</b>: {reason}\nYour plan now runs until {ends_on}.",
        "🎁 {count} days as a gift for <b>{plan}</b>: {reason}\nYour plan now runs until {ends_on}.",
        p.days,
        plan=p.about.plan_name,
        reason=p.reason,
        ends_on=p.about.ends_on,
    )


@says(DeskFrozenPayload)
def _frozen(t: HtmlTranslator, p: DeskFrozenPayload, _: WordingContext) -> str:
    frozen = p.frozen
    days = Html(span(t, frozen.frozen_from, frozen.frozen_until))
    if isinstance(frozen, ClosedGym):
        return t.plural(
            "🔒 The gym is closed {days}: {reason}. {count} plan rests ({staff_name})",
            "🔒 The gym is closed {days}: {reason}. {count} plans rest ({staff_name})",
            frozen.count,
            days=days,
            reason=p.reason,
            staff_name=p.staff_name,
        )
    return t(
        "❄️ {client_name}: {plan_name} is frozen {days}: {reason} ({staff_name})",
        client_name=frozen.about.client_name,
        plan_name=frozen.about.plan_name,
        days=days,
        reason=p.reason,
        staff_name=p.staff_name,
    )


@says(DeskFreezeEndedPayload)
def _freeze_ended(t: HtmlTranslator, p: DeskFreezeEndedPayload, _: WordingContext) -> str:
    resumed = p.resumed
    if isinstance(resumed, ReopenedGym):
        return t.plural(
            "☀️ The gym opens again. {count} plan has new dates ({staff_name})",
            "☀️ The gym opens again. {count} plans have new dates ({staff_name})",
            resumed.count,
            staff_name=p.staff_name,
        )
    message = (
        N_("✖️ {client_name}: a planned freeze of {plan_name} was called off ({staff_name})")
        if resumed.planned
        else N_("☀️ {client_name} is back: {plan_name} runs until {ends_on} ({staff_name})")
    )
    return t(
        message,
        client_name=resumed.about.client_name,
        plan_name=resumed.about.plan_name,
        ends_on=resumed.about.ends_on,
        staff_name=p.staff_name,
    )


@says(DeskGiftDaysPayload)
def _desk_gift(t: HtmlTranslator, p: DeskGiftDaysPayload, _: WordingContext) -> str:
    days, given_to = t.plural("{count} day", "{count} days", p.days), p.given_to
    if isinstance(given_to, GiftToEverybody):
        return t.plural(
            "🎁 {days} for {count} plan: {reason} ({staff_name})",
            "🎁 {days} for {count} plans: {reason} ({staff_name})",
            given_to.count,
            days=days,
            reason=p.reason,
            staff_name=p.staff_name,
        )
    return t(
        "🎁 {client_name}: {days} for {plan_name}: {reason} ({staff_name})",
        client_name=given_to.about.client_name,
        days=days,
        plan_name=given_to.about.plan_name,
        reason=p.reason,
        staff_name=p.staff_name,
    )


@offers(
    FrozenPayload, FreezeEndsPayload, FreezeEndedPayload, GymClosedPayload, GymOpenedPayload, GiftDaysPayload
)
def _my_plan(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan())]]


@offers(DeskFrozenPayload)
def _look_at_freeze(t: HtmlTranslator, p: DeskFrozenPayload) -> Keyboard:
    return [] if isinstance(p.frozen, ClosedGym) else _look(t, p.frozen.about)


@offers(DeskFreezeEndedPayload)
def _look_at_end(t: HtmlTranslator, p: DeskFreezeEndedPayload) -> Keyboard:
    return [] if isinstance(p.resumed, ReopenedGym) else _look(t, p.resumed.about)


@offers(DeskGiftDaysPayload)
def _look_at_gift(t: HtmlTranslator, p: DeskGiftDaysPayload) -> Keyboard:
    return [] if isinstance(p.given_to, GiftToEverybody) else _look(t, p.given_to.about)


def _look(t: HtmlTranslator, about: PlanDetails) -> Keyboard:
    card = button(t("👤 Card"), Card(about.client_id))
    return [[card, button(t("❄️ Freezes"), Freezes(about.subscription_id))]]
