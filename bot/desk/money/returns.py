"""Returned refunds: a refund that came back is booked, so that its receipt can be voided."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.desk.money.receipts import receipt_screen
from bot.forms.definition import Choice, Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import REASON, method_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.memberships import ManagePlan
from bot.ui.buttons.money import TakeBack
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS, plan_text
from gym.core.language import N_
from gym.payments.credit import ClientCredit
from gym.payments.errors import NothingToReturn
from gym.payments.models import TILL, Method
from gym.payments.money_back import MoneyBack
from gym.security.permissions import Permission
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.on(TakeBack)
async def take_back(context: UpdateContext, press: TakeBack) -> None:
    context.identity.desk_actor.require(Permission.REFUND)
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        amount = await MoneyBack(uow).given_back(one.account_id)
        credit = await ClientCredit(uow).balance(one.client_id)
    if not amount:
        raise NothingToReturn
    values = {
        "subscription_id": one.id,
        "plan": plan_text(context.t, one),
        "amount": amount,
        "credit": credit,
    }
    await begin(context, TAKE_BACK, values, back=ManagePlan(one.id))


async def _ask_method(ctx: FormContext) -> str:
    return ctx.t("{amount} were given back. How did they come in again?", amount=ctx.value("amount", Decimal))


async def _methods(ctx: FormContext) -> Sequence[Choice]:
    """Payment methods; the client's credit only while the refund is still in it."""
    enough = ctx.value("credit", Decimal) >= ctx.value("amount", Decimal)
    methods = [Method.CREDIT, *TILL] if enough else TILL
    return [Choice(method, ctx.t(METHODS[method])) for method in methods]


async def _summary(ctx: FormContext) -> str:
    t = ctx.t
    return "\n".join(
        [
            ctx.value("plan", str),
            "",
            t(
                "💵 <b>{amount}</b> came back ({method})",
                amount=ctx.value("amount", Decimal),
                method=t(METHODS[ctx.value("method", Method)]),
            ),
            t("Reason: {reason}", reason=ctx.value("reason", str)),
            t("What is owed stays as it is. It has a receipt of its own."),
        ]
    )


async def _take_back(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).take_back(
            ctx.value("subscription_id", UUID),
            ctx.value("method", Method),
            ctx.value("reason", str),
            key=ctx.key,
        )
    return receipt_screen(ctx.t, receipt)


TAKE_BACK = router.form(
    Form(
        name="take_back",
        title=N_("The money came back"),
        steps=[method_step(_ask_method, _methods), REASON],
        summary=_summary,
        submit=_take_back,
    )
)
