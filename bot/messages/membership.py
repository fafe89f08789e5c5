"""Messages about plan changes, cancellations, refunds and goodwill."""

from __future__ import annotations

from bot.messages.register import WordingContext, method_words, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPlan
from bot.ui.buttons.memberships import ManagePlan
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import receipt_number
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.money import DeskRefundPayload, RefundDetails, RefundedPayload
from gym.notifications.payloads.plans import (
    CancellationDetails,
    ChangeDetails,
    DeskPlanChangedPayload,
    PlanChangedPayload,
    SubscriptionCanceledPayload,
)
from gym.payments.models import EntryCause


@says(PlanChangedPayload)
def _changed(t: HtmlTranslator, p: PlanChangedPayload, _: WordingContext) -> str:
    lines = [
        t(
            "🔀 Your plan is now <b>{plan}</b> instead of {old}.",
            plan=p.about.plan_name,
            old=p.change.old_plan,
        ),
        t("📅 {starts_on} – {ends_on}", starts_on=p.about.starts_on, ends_on=p.about.ends_on),
        *_change_lines(t, p.change),
    ]
    if p.change.to_credit:
        lines.append(t("💳 {amount} stay as your credit.", amount=p.change.to_credit))
    if p.about.balance:
        lines.append(t("To pay: <b>{balance}</b>", balance=p.about.balance))
    if p.change.renewal_starts_on:
        lines.append(t("⏭ Your next plan starts on {day}.", day=p.change.renewal_starts_on))
    return "\n".join(lines)


@says(DeskPlanChangedPayload)
def _desk_changed(t: HtmlTranslator, p: DeskPlanChangedPayload, _: WordingContext) -> str:
    lines = [
        t(
            "🔀 {client_name}: {old} → {plan} for {price} ({staff_name})",
            client_name=p.about.client_name,
            old=p.change.old_plan,
            plan=p.about.plan_name,
            price=p.about.final_price,
            staff_name=p.staff_name,
        ),
        *_change_lines(t, p.change),
    ]
    if p.change.to_credit:
        lines.append(t("💳 {amount} stay as the client's credit.", amount=p.change.to_credit))
    if p.about.balance:
        lines.append(t("To pay: <b>{balance}</b>", balance=p.about.balance))
    return "\n".join(lines)


def _change_lines(t: HtmlTranslator, change: ChangeDetails) -> list[str]:
    """Where the unused days' money went."""
    lines: list[str] = []
    if change.to_debt:
        lines.append(t("− {amount} off what the old plan owes", amount=change.to_debt))
    if change.debt_left:
        lines.append(t("⚠️ {amount} of the old plan stay to pay.", amount=change.debt_left))
    if change.to_new:
        number = receipt_number(t, change.receipt_number)
        lines.append(
            t("− {amount} paid onto the new plan, receipt {number}", amount=change.to_new, number=number)
        )
    return lines


@says(RefundedPayload)
def _refunded(t: HtmlTranslator, p: RefundedPayload, _: WordingContext) -> str:
    """What was refunded; without the reason, which is meant for the desk."""
    if p.given.cause == EntryCause.WRITTEN_OFF:
        return t(
            "🧹 <b>{plan}</b>: {amount} are not owed any more.",
            plan=p.about.plan_name,
            amount=p.given.credited,
        )
    return "\n".join(
        [
            t("💸 <b>{plan}</b>: the gym gives something back.", plan=p.about.plan_name),
            *_given(t, p.given, p.given.method),
        ]
    )


@says(SubscriptionCanceledPayload)
def _canceled(t: HtmlTranslator, p: SubscriptionCanceledPayload, _: WordingContext) -> str:
    """Which period was cancelled, what stays, what is still owed. 0.1.0 did not say whether it had begun."""
    text = t(
        "✖️ Your plan <b>{plan_name}</b>, {starts_on} – {ends_on}, was canceled.",
        plan_name=p.about.plan_name,
        starts_on=p.about.starts_on,
        ends_on=p.about.ends_on,
    )
    if not p.outcome.begun:
        text = t(
            "✖️ <b>{plan_name}</b>, which was to start on {starts_on}, was canceled.",
            plan_name=p.about.plan_name,
            starts_on=p.about.starts_on,
        )
    return "\n".join([text, *_still(t, p), *_given(t, p.outcome), t("Questions? Ask at the desk.")])


def _still(t: HtmlTranslator, p: SubscriptionCanceledPayload) -> list[str]:
    """What the client still has, and still owes."""
    lines: list[str] = []
    if p.outcome.running_plan:
        lines.append(
            t(
                "🏷 Your plan <b>{plan_name}</b> stays until {ends_on}.",
                plan_name=p.outcome.running_plan,
                ends_on=p.outcome.running_until,
            )
        )
    if p.about.balance:
        lines.append(t("To pay for the days used: <b>{balance}</b>", balance=p.about.balance))
    return lines


def _given(
    t: HtmlTranslator, given: CancellationDetails | RefundDetails, method: str | None = None
) -> list[str]:
    """What a client gets back; of a cancellation the method is not known."""
    lines: list[str] = []
    if given.credited:
        lines.append(t("− {amount} off what is to pay", amount=given.credited))
    if given.refunded and method:
        lines.append(t("💸 {amount} back ({method})", amount=given.refunded, method=method_words(t, method)))
    elif given.refunded:
        lines.append(t("💸 {amount} back", amount=given.refunded))
    if given.kept:
        lines.append(t("💳 {amount} kept as your credit for what you buy next", amount=given.kept))
    return lines


@says(DeskRefundPayload)
def _desk_refund(t: HtmlTranslator, p: DeskRefundPayload, _: WordingContext) -> str:
    if p.given.cause == EntryCause.WRITTEN_OFF:
        return t(
            "🧹 {client_name}: {staff_name} has written {amount} off for {plan} ({reason})",
            client_name=p.about.client_name,
            staff_name=p.staff_name,
            amount=p.given.credited,
            plan=p.about.plan_name,
            reason=p.given.reason,
        )
    lines = [
        t(
            "💸 {client_name}: {staff_name} gives something back for {plan} ({reason})",
            client_name=p.about.client_name,
            plan=p.about.plan_name,
            staff_name=p.staff_name,
            reason=p.given.reason,
        )
    ]
    if p.given.credited:
        lines.append(t("− {amount} off the debt", amount=p.given.credited))
    if p.given.refunded:
        lines.append(
            t("💸 {amount} back ({method})", amount=p.given.refunded, method=method_words(t, p.given.method))
        )
    if p.given.kept:
        lines.append(t("💳 {amount} kept as the client's credit", amount=p.given.kept))
    return "\n".join(lines)


@offers(PlanChangedPayload, RefundedPayload, SubscriptionCanceledPayload)
def _my_plan(t: HtmlTranslator, _: Payload) -> Keyboard:
    return [[button(t("🎫 My plan"), MyPlan())]]


@offers(DeskPlanChangedPayload)
def _after_change(t: HtmlTranslator, p: DeskPlanChangedPayload) -> Keyboard:
    card = button(t("👤 Open the card"), Card(p.about.client_id))
    return [
        [card, button(t("💵 Collect"), TakePayment(p.about.subscription_id))] if p.about.balance else [card]
    ]


@offers(DeskRefundPayload)
def _after_refund(t: HtmlTranslator, p: DeskRefundPayload) -> Keyboard:
    return [
        [
            button(t("👤 Open the card"), Card(p.about.client_id)),
            button(t("🏷 Plan"), ManagePlan(p.about.subscription_id)),
        ]
    ]
