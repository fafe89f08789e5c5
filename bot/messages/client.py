"""Messages to clients: welcome, check-ins, payments, reminders."""

from __future__ import annotations

from typing import TypeAlias

from bot.messages.register import (
    WordingContext,
    Words,
    method_words,
    offers,
    says,
    simple,
    verdict_words,
)
from bot.ui.buttons.member import MyPlan, WantToRenew
from bot.ui.keyboards import Button, Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import receipt_number
from gym.attendance.models import VerdictCode
from gym.core.language import N_
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.door import CheckedInPayload, DeniedPayload
from gym.notifications.payloads.members import ErasureStoppedPayload, WelcomePayload
from gym.notifications.payloads.money import PaymentDetails, ReceiptPart, ReceiptPayload, VoidedPayload
from gym.notifications.payloads.plans import (
    EndedPayload,
    EndsSoonPayload,
    PaymentDuePayload,
    SubscriptionActivatedPayload,
    SubscriptionExpiredPayload,
    SubscriptionRenewedPayload,
    SubscriptionSoldPayload,
)

ENDED = (VerdictCode.EXPIRED, VerdictCode.VISITS_USED_UP, VerdictCode.NO_SUBSCRIPTION)
"""Denials that a new period would remove."""
HAS_ENDED = N_("⚪ <b>{plan}</b> ended on {ends_on}. Renew it at the desk.")

simple(
    WelcomePayload,
    N_("👋 Welcome to {gym}, {first_name}! Your receipts, your visits and reminders of your plan come here."),
)

simple(
    ErasureStoppedPayload,
    N_(
        "🔏 {gym} has stopped the erasure that you asked for: nothing is erased. If you did not agree to"
        " that, talk to the gym, or ask again under /privacy."
    ),
)


@says(ReceiptPayload)
def _receipt(t: HtmlTranslator, p: ReceiptPayload, context: WordingContext) -> str:
    if p.payment.parts:
        return _receipt_of_all(t, p.payment, context)
    text = t(
        "🧾 <b>Receipt {number}</b>\n{gym}\n\n"
        "Paid <b>{amount}</b> ({method}) for {plan}\n{starts_on} – {ends_on}",
        number=receipt_number(t, p.payment.receipt_number),
        gym=context.settings.name,
        amount=p.payment.amount,
        method=method_words(t, p.payment.method),
        plan=p.about.plan_name,
        starts_on=p.about.starts_on,
        ends_on=p.about.ends_on,
    )
    left = (
        t("Still to pay: <b>{balance}</b>", balance=p.about.balance)
        if p.about.balance
        else t("Paid in full.")
    )
    return f"{text}\n{left}"


def _receipt_of_all(t: HtmlTranslator, payment: PaymentDetails, context: WordingContext) -> str:
    """One message for everything that was paid at once."""
    heading = t(
        "🧾 <b>Receipt</b>\n{gym}\n\nPaid <b>{total}</b> ({method})",
        gym=context.settings.name,
        total=payment.total,
        method=method_words(t, payment.method),
    )
    return "\n".join([heading, *(receipt_part(t, one) for one in payment.parts), t("Paid in full.")])


def receipt_part(t: HtmlTranslator, one: ReceiptPart) -> str:
    """One of the debts that were paid at once; products have a day and no end."""
    if one.ends_on is None:
        return t(
            "{number}: {amount} for {what}, {day}",
            number=receipt_number(t, one.receipt_number),
            amount=one.amount,
            what=one.plan_name,
            day=one.starts_on,
        )
    return t(
        "{number}: {amount} for {plan}, {starts_on} – {ends_on}",
        number=receipt_number(t, one.receipt_number),
        amount=one.amount,
        plan=one.plan_name,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
    )


@says(VoidedPayload)
def _voided(t: HtmlTranslator, p: VoidedPayload, _: WordingContext) -> str:
    """Without the reason, which is meant for the desk."""
    text = t(
        "↩️ <b>Receipt {number}</b> is void: <b>{amount}</b> ({method}) for {plan} no longer counts as paid.",
        number=receipt_number(t, p.void.receipt_number),
        amount=p.void.amount,
        method=method_words(t, p.void.method),
        plan=p.about.plan_name,
    )
    left = [t("To pay: <b>{balance}</b>", balance=p.about.balance)] if p.about.balance else []
    return "\n".join([text, *left, t("Questions? Ask at the desk.")])


AnyPeriod: TypeAlias = (
    SubscriptionSoldPayload
    | SubscriptionRenewedPayload
    | SubscriptionActivatedPayload
    | SubscriptionExpiredPayload
)


def _sold(message: str) -> Words[AnyPeriod]:
    def function(t: HtmlTranslator, p: AnyPeriod, _: WordingContext) -> str:
        about = p.about
        text = t(message, plan=about.plan_name, starts_on=about.starts_on, ends_on=about.ends_on)
        return (
            text if not about.balance else f"{text}\n" + t("To pay: <b>{balance}</b>", balance=about.balance)
        )

    return function


says(SubscriptionSoldPayload)(_sold(N_("🏷 Your plan: <b>{plan}</b>\n📅 {starts_on} – {ends_on}")))
says(SubscriptionRenewedPayload)(_sold(N_("🔁 Renewed: <b>{plan}</b>\n📅 {starts_on} – {ends_on}")))
says(SubscriptionActivatedPayload)(_sold(N_("🟢 <b>{plan}</b> has started. It runs until {ends_on}.")))
says(SubscriptionExpiredPayload)(_sold(HAS_ENDED))


@says(EndsSoonPayload)
def _ends_soon(t: HtmlTranslator, p: EndsSoonPayload, context: WordingContext) -> str:
    days = (p.about.ends_on - context.today).days if context.today else p.days
    if days < 0:
        return t(HAS_ENDED, plan=p.about.plan_name, ends_on=p.about.ends_on)
    if days == 0:
        return t("⏰ Today is the last day of <b>{plan}</b>. Renew it at the desk.", plan=p.about.plan_name)
    when = t.plural("in {count} day", "in {count} days", days)
    return t(
        "⏰ <b>{plan}</b> ends {when}, on {ends_on}. Renew it at the desk.",
        plan=p.about.plan_name,
        when=when,
        ends_on=p.about.ends_on,
    )


@says(EndedPayload)
def _ended(t: HtmlTranslator, p: EndedPayload, _: WordingContext) -> str:
    return t(
        "👋 We miss you! <b>{plan}</b> ended on {ends_on}. Renew it at the desk whenever you like.",
        plan=p.about.plan_name,
        ends_on=p.about.ends_on,
    )


@says(PaymentDuePayload)
def _payment_due(t: HtmlTranslator, p: PaymentDuePayload, _: WordingContext) -> str:
    return t(
        "💵 You have <b>{balance}</b> to pay for <b>{plan}</b>. You can pay at the desk.",
        balance=p.about.balance,
        plan=p.about.plan_name,
    )


@says(CheckedInPayload)
def _checked_in(t: HtmlTranslator, p: CheckedInPayload, _: WordingContext) -> str:
    lines = [t("✅ Entry noted: {at}", at=p.verdict.at)]
    if p.verdict.visit_number:
        lines.append(t("Visit {number} of this plan", number=p.verdict.visit_number))
    if p.verdict.visits_left is not None:
        lines.append(t.plural("🎟 {count} visit left", "🎟 {count} visits left", p.verdict.visits_left))
    elif p.verdict.days_left is not None:
        lines.append(t.plural("⏳ {count} day left", "⏳ {count} days left", p.verdict.days_left))
    if p.verdict.balance:
        lines.append(t("💵 To pay: <b>{balance}</b>", balance=p.verdict.balance))
    return "\n".join(lines)


@says(DeniedPayload)
def _denied(t: HtmlTranslator, p: DeniedPayload, _: WordingContext) -> str:
    return "🚪 " + verdict_words(t, p.verdict)


# Buttons


@offers(EndsSoonPayload, EndedPayload, SubscriptionExpiredPayload)
def _renewal(t: HtmlTranslator, _: Payload) -> Keyboard:
    return _my_plan_and_renewal(t)


@offers(
    PaymentDuePayload,
    VoidedPayload,
    SubscriptionSoldPayload,
    SubscriptionRenewedPayload,
    SubscriptionActivatedPayload,
)
def _look(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[_my_plan(t)]]


@offers(DeniedPayload)
def _way_in(t: HtmlTranslator, p: DeniedPayload) -> Keyboard:
    return _my_plan_and_renewal(t) if VerdictCode(p.verdict.code) in ENDED else [[_my_plan(t)]]


def _my_plan_and_renewal(t: HtmlTranslator) -> Keyboard:
    return [[_my_plan(t), button(t("I want to renew"), WantToRenew())]]


def _my_plan(t: HtmlTranslator) -> Button:
    return button(t("🎫 My plan"), MyPlan())
