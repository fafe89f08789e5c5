"""Freezes at the desk: freezing a subscription, and the list of its freezes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from bot.desk.memberships.freeze_ends import next_freeze
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.freeze_days import OPEN, START, last_day, lengths, read_until, show_until
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import EndFreeze, FreezePlan, Freezes
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import freeze_line, left_words, span
from gym.core.errors import GymError
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.freezes.schemas import FreezeQuote
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Freeze, Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)
REASONS: Final = (N_("A journey"), N_("Health"), N_("Work"))


# Freezing ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(FreezePlan)
async def freeze(context: UpdateContext, press: FreezePlan) -> None:
    """Open the form, unless a refusal comes before it."""
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        await FourEyes(uow).require_another(one.client_id, Permission.FREEZE, acts=False)
        left = await FreezeService(uow).allowance_left(one)
        days = await FreezeService(uow).days_of_start(one)
    beyond = context.identity.may(Permission.FREEZE_BEYOND_PLAN)
    refusal = _refusal(context.t, one, left if not beyond else None)
    if refusal is not None:
        await context.show(refusal)
        return
    values = {"subscription_id": one.id, "left": left, "first": days.first, "last_start": days.last}
    await begin(context, FREEZE, values | {"beyond": beyond}, back=Card(one.client_id))


def _refusal(t: HtmlTranslator, one: Subscription, left: int | None) -> Screen | None:
    """The screen of a refusal with the next step as a button; None when the plan can be frozen."""
    if one.account.balance:
        text = t(
            "There are {balance} to pay for {plan}. Take the payment first, then freeze.",
            balance=one.account.balance,
            plan=one.plan.name,
        )
        pay = button(t("💵 Take payment"), TakePayment(one.id), wide=True)
        return Screen(text, [[pay], nav(t, back=Card(one.client_id))])
    if left == 0:
        text = t("{plan} has no frozen days left. An admin can freeze it anyway.", plan=one.plan.name)
        return Screen(text, [[button(t("❄️ Freezes"), Freezes(one.id))], nav(t, back=Card(one.client_id))])
    return None


async def _lengths(ctx: FormContext) -> Sequence[Choice]:
    left, beyond = ctx.value("left", int), ctx.value("beyond", bool)
    if not beyond:
        return lengths(ctx, left)
    return [*lengths(ctx, None), Choice(OPEN, ctx.t("Until they return"))]


async def _reasons(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(ctx.t(reason), ctx.t(reason)) for reason in REASONS]


async def _summary(ctx: FormContext) -> str:
    starts_on, ends_on = ctx.value("starts_on", date), last_day(ctx)
    reason = ctx.t("✍️ {reason}", reason=ctx.value("reason", str))
    try:
        async with ctx.unit_of_work() as uow:
            quote = await FreezeService(uow).quote(ctx.value("subscription_id", UUID), starts_on, ends_on)
    except GymError as error:
        days = "❄️ " + span(ctx.t, starts_on, ends_on)
        return "\n".join([days, reason, "", f"⚠️ {say_error(ctx.t, error)}"])
    return "\n".join([*quote_lines(ctx.t, quote), reason])


def quote_lines(t: HtmlTranslator, quote: FreezeQuote) -> list[str]:
    """What the freeze would do, a line each."""
    one = quote.subscription
    lines = [
        t("👤 {client}", client=one.client.full_name),
        t("🏷 {plan}", plan=one.plan.name),
        "❄️ " + span(t, quote.starts_on, quote.ends_on),
    ]
    if quote.days is None:
        lines.append(t("The end moves when the client returns."))
    else:
        lines.append(t.plural("{count} frozen day", "{count} frozen days", quote.days))
        lines += _closed_among(t, quote)
        lines.append(
            t("📅 New last day: <b>{day}</b> (before: {old})", day=quote.new_ends_on, old=one.ends_on)
        )
    if quote.renewal is not None and quote.renewal_starts_on is not None:
        lines.append(t("🔁 The renewal starts on {day}.", day=quote.renewal_starts_on))
    elif quote.renewal is not None:
        lines.append(t("🔁 The renewal waits until the client returns."))
    lines.append(_allowance(t, quote))
    return lines


def _closed_among(t: HtmlTranslator, quote: FreezeQuote) -> list[str]:
    """Why the end moves by fewer days: it has moved by the closed ones among them already."""
    assert quote.new_ends_on is not None, "only of a freeze with an end"
    closed = (quote.days or 0) - (quote.new_ends_on - quote.subscription.ends_on).days
    if closed <= 0:
        return []
    return [
        t.plural(
            "🔒 The gym is closed on {count} of them: it moves the end once.",
            "🔒 The gym is closed on {count} of them: they move the end once.",
            closed,
        )
    ]


def _allowance(t: HtmlTranslator, quote: FreezeQuote) -> str:
    left = quote.allowance_left - (quote.days or 0)
    if quote.days is None or left < 0:
        return t("⚠️ More than the plan's {days} frozen days.", days=quote.subscription.plan.freeze_days)
    return left_words(t, left)


async def _freeze(ctx: FormContext) -> Screen:
    subscription_id, starts_on = ctx.value("subscription_id", UUID), ctx.value("starts_on", date)
    reason, ends_on = ctx.value("reason", str), last_day(ctx)

    async with ctx.unit_of_work() as uow:
        done = await FreezeService(uow).freeze(subscription_id, starts_on, ends_on, reason, key=ctx.key)
        one = await SubscriptionService(uow).get(subscription_id)
    return frozen_screen(ctx.t, done, one)


def frozen_screen(t: HtmlTranslator, freeze: Freeze, one: Subscription) -> Screen:
    lines = [
        t("❄️ <b>Frozen</b>"),
        "",
        t("👤 {client}", client=one.client.full_name),
        "❄️ " + span(t, freeze.starts_on, freeze.ends_on),
    ]
    if freeze.ends_on is not None:
        lines.append(t("📅 New last day: <b>{day}</b>", day=one.ends_on))
    freezes = button(t("❄️ Freezes"), Freezes(one.id))
    return Screen("\n".join(lines), [[freezes], nav(t, back=Card(one.client_id))])


FREEZE = router.form(
    Form(
        name="freeze",
        title=N_("Freeze a plan"),
        steps=[
            START,
            Step(
                "until",
                N_("Last day"),
                N_("Until when? Choose, or type how many days or the last day, such as 31 December."),
                choices=_lengths,
                parse=read_until,
                show=show_until,
            ),
            reason_step(N_("Why? Choose or write it in a few words."), choices=_reasons),
        ],
        summary=_summary,
        submit=_freeze,
        confirm=N_("Freeze"),
    )
)


# The list ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(Freezes)
async def freezes(context: UpdateContext, press: Freezes) -> None:
    """All freezes of one subscription, and what can be done with them."""
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        found = await FreezeService(uow).freezes(one.id)
        left = await FreezeService(uow).allowance_left(one)
    t = context.t
    lines = [f"{freeze_line(t, freeze)} · {t.text(freeze.reason)}" for freeze in found]
    text = "\n".join(
        [
            t("<b>Freezes</b>"),
            t("👤 {client} · {plan}", client=one.client.full_name, plan=one.plan.name),
            "",
            *(lines or [t("Nothing was frozen in this plan.")]),
            "",
            left_words(t, left),
        ]
    )
    await context.show(Screen(text, _list_keyboard(t, one, found, context.today)))


def _list_keyboard(t: HtmlTranslator, one: Subscription, found: Sequence[Freeze], today: date) -> Keyboard:
    coming = next_freeze(found, today)
    row = [button(t("❄️ New freeze"), FreezePlan(one.id))]
    if coming is not None:
        label = t("☀️ End the freeze") if coming.starts_on <= today else t("✖️ Call it off")
        row.append(button(label, EndFreeze(one.id)))
    return [row, nav(t, back=Card(one.client_id))]
