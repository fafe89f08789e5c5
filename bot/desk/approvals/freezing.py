"""Freezing at the desk: done at once within the plan's frozen days, asked of an admin beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from bot.desk.approvals.asking import ask_by_form
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.freeze_days import OPEN, START, last_day, lengths, read_until, show_until
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskLongFreeze
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import FreezePlan, Freezes
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import button, nav
from bot.ui.screens import HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import beyond_hint, quote_lines, span
from gym.core.errors import GymError
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Freeze, Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)
REASONS: Final = (N_("A journey"), N_("Health"), N_("Work"))


@router.on(FreezePlan)
async def freeze(context: UpdateContext, press: FreezePlan) -> None:
    """Open the form, unless a refusal comes before it."""
    await _open(context, press.subscription_id, asks=False)


@router.on(AskLongFreeze)
async def ask_long_freeze(context: UpdateContext, press: AskLongFreeze) -> None:
    await _open(context, press.subscription_id, asks=True)


async def _open(context: UpdateContext, subscription_id: UUID, *, asks: bool) -> None:
    """Open the form; `asks` also where the plan has no frozen days left."""
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(subscription_id)
        await FourEyes(uow).require_another(one.client_id, Permission.FREEZE, acts=False)
        left = await FreezeService(uow).allowance_left(one)
        days = await FreezeService(uow).days_of_start(one)
    beyond = context.identity.may(Permission.FREEZE_BEYOND_PLAN)
    refusal = _refusal(context.t, one, left if not (beyond or asks) else None)
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
        message = (
            N_("{plan} has no frozen days left. An admin can freeze it anyway.")
            if one.plan.freeze_days
            else N_("{plan} includes no frozen days. An admin can freeze it anyway.")
        )
        text = t(message, plan=one.plan.name)
        ways = [button(t("🙋 Ask an admin"), AskLongFreeze(one.id)), button(t("❄️ Freezes"), Freezes(one.id))]
        return Screen(text, [ways, nav(t, back=Card(one.client_id))])
    return None


async def _lengths(ctx: FormContext) -> Sequence[Choice]:
    left, beyond = ctx.value("left", int), ctx.value("beyond", bool)
    if left and not beyond:
        return lengths(ctx, left)
    return [*lengths(ctx, None), Choice(OPEN, ctx.t("Until they return"))]


async def _reasons(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(ctx.t(reason), ctx.t(reason)) for reason in REASONS]


def _asks(ctx: FormContext) -> bool:
    """Whether an admin has to grant it: longer than the plan's days, by somebody who may not go beyond."""
    last, left = last_day(ctx), ctx.value("left", int)
    return not ctx.value("beyond", bool) and (
        last is None or (last - ctx.value("starts_on", date)).days >= left
    )


async def _ask_until(ctx: FormContext) -> str:
    t, left = ctx.t, ctx.value("left", int)
    question = t("Until when? Choose, or type how many days or the last day, such as 31 December.")
    if ctx.value("beyond", bool):
        return question
    return f"{question}\n\n{beyond_hint(t, left)}"


async def _summary(ctx: FormContext) -> str:
    starts_on, ends_on = ctx.value("starts_on", date), last_day(ctx)
    reason = ctx.t("✍️ {reason}", reason=ctx.value("reason", str))
    try:
        async with ctx.unit_of_work() as uow:
            quote = await FreezeService(uow).quote(
                ctx.value("subscription_id", UUID), starts_on, ends_on, for_approval=_asks(ctx)
            )
    except GymError as error:
        days = "❄️ " + span(ctx.t, starts_on, ends_on)
        return "\n".join([days, reason, "", f"⚠️ {say_error(ctx.t, error)}"])
    asks = [ctx.t("An admin has to grant it; the answer comes here.")] if _asks(ctx) else []
    return "\n".join([*quote_lines(ctx.t, quote), *asks, reason])


async def _freeze(ctx: FormContext) -> Screen:
    subscription_id, starts_on = ctx.value("subscription_id", UUID), ctx.value("starts_on", date)
    reason, ends_on = ctx.value("reason", str), last_day(ctx)
    if _asks(ctx):
        return await ask_by_form(
            ctx,
            lambda service: service.ask_long_freeze(subscription_id, starts_on, ends_on, reason, key=ctx.key),
        )

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
                _ask_until,
                choices=_lengths,
                parse=read_until,
                show=show_until,
            ),
            reason_step(N_("Why? Choose or write it in a few words."), choices=_reasons),
        ],
        summary=_summary,
        submit=_freeze,
        confirm=lambda ctx: N_("Ask an admin") if _asks(ctx) else N_("Freeze"),
    )
)
