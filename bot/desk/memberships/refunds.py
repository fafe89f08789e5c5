"""Refunds and goodwill: money back for a subscription, or credit for it, by an admin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.forms.answers import amount_up_to
from bot.forms.definition import Choice, Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import REASON, amount_step, method_choices, method_step
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskRefund
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import (
    CreditPlan,
    ManagePlan,
    RefundPlan,
)
from bot.ui.keyboards import nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS, plan_text
from gym.core.language import N_
from gym.payments.errors import RefundTooLarge
from gym.payments.models import TILL, Method
from gym.payments.money_back import MoneyBack
from gym.payments.schemas import GivenBack
from gym.security.permissions import Permission
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.on(RefundPlan)
async def refund(context: UpdateContext, press: RefundPlan) -> None:
    """An admin gives money back; everybody else asks an admin."""
    if not context.identity.may(Permission.REFUND):
        await go(context, AskRefund(press.subscription_id))
        return
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        paid = await MoneyBack(uow).refundable(one.account_id)
    if not paid:
        raise RefundTooLarge(paid)
    values = {"subscription_id": one.id, "plan": plan_text(context.t, one), "paid": paid}
    await begin(context, REFUND, values, back=ManagePlan(one.id))


async def _paid(ctx: FormContext) -> Sequence[Choice]:
    paid = ctx.value("paid", Decimal)
    return [Choice(paid, ctx.t.money(paid))] if paid else []


def _paid_at_most(ctx: FormContext) -> Decimal:
    return ctx.value("paid", Decimal)


_read_refund = amount_up_to(_paid_at_most, RefundTooLarge)


async def _refund_summary(ctx: FormContext) -> str:
    return "\n".join(
        [
            ctx.value("plan", str),
            "",
            ctx.t(
                "💸 <b>{amount}</b> back ({method})",
                amount=ctx.value("amount", Decimal),
                method=ctx.t(METHODS[ctx.value("method", Method)]),
            ),
            ctx.t("Reason: {reason}", reason=ctx.value("reason", str)),
        ]
    )


async def _refund(ctx: FormContext) -> Screen:
    subscription_id, method = ctx.value("subscription_id", UUID), ctx.value("method", Method)
    async with ctx.unit_of_work() as uow:
        service = SubscriptionService(uow)
        entry = await service.refund(
            subscription_id, ctx.value("amount", Decimal), method, ctx.value("reason", str), key=ctx.key
        )
        one = await service.get(subscription_id)
    t = ctx.t
    text = t("💸 Given back: <b>{amount}</b> ({method}).", amount=entry.amount, method=t(METHODS[method]))
    return Screen(text, [nav(t, back=Card(one.client_id))])


REFUND = router.form(
    Form(
        name="refund",
        title=N_("Money back"),
        steps=[
            amount_step(
                N_("How much is given back? Choose or type an amount."), parse=_read_refund, choices=_paid
            ),
            method_step(N_("How is it given back?"), method_choices((*TILL, Method.CREDIT))),
            REASON,
        ],
        summary=_refund_summary,
        submit=_refund,
        confirm=N_("Give it back"),
    )
)


@router.on(CreditPlan)
async def goodwill(context: UpdateContext, press: CreditPlan) -> None:
    context.identity.desk_actor.require(Permission.CREDIT)
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
    values = {"subscription_id": one.id, "plan": plan_text(context.t, one), "owed": one.account.balance}
    await begin(context, GOODWILL, values, back=ManagePlan(one.id))


async def _goodwill_summary(ctx: FormContext) -> str:
    amount, owed = ctx.value("amount", Decimal), ctx.value("owed", Decimal)
    given = GivenBack(credited=min(amount, owed), kept=max(Decimal(0), amount - owed))
    reason = ctx.t("Reason: {reason}", reason=ctx.value("reason", str))
    return "\n".join([ctx.value("plan", str), "", *given_lines(ctx.t, given), reason])


def given_lines(t: HtmlTranslator, given: GivenBack) -> list[str]:
    """Lines about where credited money goes."""
    lines: list[str] = []
    if given.credited:
        lines.append(t("− {amount} off the debt", amount=given.credited))
    if given.refunded:
        lines.append(t("💸 {amount} back in money", amount=given.refunded))
    if given.kept:
        lines.append(t("💳 {amount} kept as the client's credit", amount=given.kept))
    return lines


async def _goodwill(ctx: FormContext) -> Screen:
    subscription_id = ctx.value("subscription_id", UUID)
    async with ctx.unit_of_work() as uow:
        service = SubscriptionService(uow)
        given = await service.credit(
            subscription_id, ctx.value("amount", Decimal), ctx.value("reason", str), key=ctx.key
        )
        one = await service.get(subscription_id)
    text = "\n".join([ctx.t("🤝 <b>Credited</b>"), *given_lines(ctx.t, given)])
    return Screen(text, [nav(ctx.t, back=Card(one.client_id))])


GOODWILL = router.form(
    Form(
        name="goodwill",
        title=N_("Goodwill"),
        steps=[
            amount_step(N_("How much is credited? Type an amount.")),
            REASON,
        ],
        summary=_goodwill_summary,
        submit=_goodwill,
        confirm=N_("Credit it"),
    )
)
