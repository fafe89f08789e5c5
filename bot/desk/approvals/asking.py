"""Forms that ask for an approval: a discount, a void or a refund above the own limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

from bot.desk.approvals.approvals import request_screen
from bot.desk.memberships.sale_screens import quote_text
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import amount_step, method_choices, method_step, reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskDiscount, AskRefund, AskVoid
from bot.ui.buttons.clients import Card
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import receipt_number
from gym.approvals.errors import AlreadyAsked
from gym.approvals.models import Approval
from gym.approvals.service import ApprovalService
from gym.core.language import N_
from gym.debts.service import DebtService
from gym.payments.errors import MoneyGivenBack, RefundTooLarge
from gym.payments.models import TILL, Method
from gym.payments.money_back import MoneyBack
from gym.subscriptions.discounts import Discount, DiscountKind
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.on(AskDiscount)
async def ask_discount(context: UpdateContext, press: AskDiscount) -> None:
    """Ask why a discount is wanted; the request stands above the question."""
    renews = press.starts_on is None
    async with context.unit_of_work() as uow:
        quote = await ApprovalService(uow).quote_discount(
            press.client_id, press.plan_id, press.discount, press.starts_on, renews=renews
        )
        debts = await DebtService(uow).of_client(press.client_id)
    values = {
        "client_id": press.client_id,
        "plan_id": press.plan_id,
        "off": press.discount.value,
        "percent": press.discount.kind is DiscountKind.PERCENT,
        "starts_on": press.starts_on,
        "wish": quote_text(context.t, quote, debts),
    }
    await begin(context, ASK_DISCOUNT, values, back=Card(press.client_id))


@router.on(AskVoid)
async def ask_void(context: UpdateContext, press: AskVoid) -> None:
    async with context.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).receipt(press.entry_id)
    if receipt.given_back and not receipt.voided:
        raise MoneyGivenBack(receipt.given_back)
    wish = context.t(
        "↩️ Void receipt {number} of {amount}\n👤 {client}\n🏷 {plan}",
        number=receipt_number(context.t, receipt.number),
        amount=receipt.amount,
        client=receipt.client_name,
        plan=receipt.plan_name,
    )
    await begin(context, ASK_VOID, {"entry_id": press.entry_id, "wish": wish}, back=Card(receipt.client_id))


@router.on(AskRefund)
async def ask_refund(context: UpdateContext, press: AskRefund) -> None:
    async with context.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).get(press.subscription_id)
        paid = await MoneyBack(uow).refundable(subscription.account_id)
    if not paid:
        raise RefundTooLarge(paid)
    wish = context.t(
        "💸 Money back\n👤 {client}\n🏷 {plan}",
        client=subscription.client.full_name,
        plan=subscription.plan.name,
    )
    values: dict[str, object] = {"subscription_id": press.subscription_id, "wish": wish}
    known = {"amount": press.amount, "method": press.method}
    values |= {name: value for name, value in known.items() if value is not None}
    await begin(context, ASK_REFUND, values, back=Card(subscription.client_id))


async def _ask_why(ctx: FormContext) -> str:
    return f"{ctx.value('wish', str)}\n\n" + ctx.t(
        "Why? Write it in a few words: every admin reads it now, and the first answer counts."
    )


ASK_WHY = reason_step(_ask_why)


async def ask_by_form(ctx: FormContext, work: Callable[[ApprovalService], Awaitable[Approval]]) -> Screen:
    """The screen of the request, which may be an older one that waits already for the same."""
    t = ctx.t
    try:
        async with ctx.unit_of_work() as uow:
            approval = await work(ApprovalService(uow))
    except AlreadyAsked as error:
        async with ctx.unit_of_work() as uow:
            approval = await ApprovalService(uow).get(error.approval_id)
        return request_screen(ctx.context, approval, f"⚠️ {say_error(t, error)}")
    return request_screen(ctx.context, approval, t("📨 <b>Waiting for an admin.</b> The answer comes here."))


async def _ask_discount(ctx: FormContext) -> Screen:
    kind = DiscountKind.PERCENT if ctx.value("percent", bool) else DiscountKind.AMOUNT
    starts_on = ctx.maybe("starts_on", date)
    return await ask_by_form(
        ctx,
        lambda service: service.ask_discount(
            ctx.value("client_id", UUID),
            ctx.value("plan_id", UUID),
            Discount(ctx.value("off", Decimal), kind),
            starts_on=starts_on,
            renews=starts_on is None,
            reason=ctx.value("reason", str),
            key=ctx.key,
        ),
    )


async def _ask_void(ctx: FormContext) -> Screen:
    entry_id, reason = ctx.value("entry_id", UUID), ctx.value("reason", str)
    return await ask_by_form(ctx, lambda service: service.ask_void(entry_id, reason, key=ctx.key))


async def _ask_refund(ctx: FormContext) -> Screen:
    return await ask_by_form(
        ctx,
        lambda service: service.ask_refund(
            ctx.value("subscription_id", UUID),
            ctx.value("amount", Decimal),
            ctx.value("method", Method),
            ctx.value("reason", str),
            key=ctx.key,
        ),
    )


ASK_DISCOUNT = router.form(
    Form(
        name="ask_discount",
        title=N_("Ask for a discount"),
        steps=[ASK_WHY],
        submit=_ask_discount,
        confirm=None,
    )
)
ASK_VOID = router.form(
    Form(name="ask_void", title=N_("Ask for a void"), steps=[ASK_WHY], submit=_ask_void, confirm=None)
)
ASK_REFUND = router.form(
    Form(
        name="ask_refund",
        title=N_("Ask for a refund"),
        steps=[
            amount_step(N_("How much is given back? Type an amount.")),
            method_step(N_("How is it given back?"), method_choices(TILL)),
            ASK_WHY,
        ],
        submit=_ask_refund,
        confirm=None,
    )
)
